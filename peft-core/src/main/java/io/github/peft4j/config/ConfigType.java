package io.github.peft4j.config;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The table of a method's options, with the rules that several of them obey together. Immutable;
 * each method below returns a changed copy.
 *
 * @param <C> the method's config
 */
public final class ConfigType<C extends PeftConfig> {

    private final PeftType peftType;
    private final Class<C> configClass;
    private final Function<OptionValues, C> constructor;
    private final ImmutableMap<String, Option<?>> options;
    private final BiFunction<OptionValues, Consumer<String>, OptionValues> resolve;
    private final Consumer<C> rules;
    private final Function<C, List<String>> warnings;

    private ConfigType(
            PeftType peftType,
            Class<C> configClass,
            Function<OptionValues, C> constructor,
            ImmutableMap<String, Option<?>> options,
            BiFunction<OptionValues, Consumer<String>, OptionValues> resolve,
            Consumer<C> rules,
            Function<C, List<String>> warnings) {
        this.peftType = peftType;
        this.configClass = configClass;
        this.constructor = constructor;
        this.options = options;
        this.resolve = resolve;
        this.rules = rules;
        this.warnings = warnings;
    }

    /**
     * A table with the options that every config has.
     *
     * @param peftType the method, as in {@code peft_type}
     * @param constructor makes a config of values that obey their own rules
     */
    public static <C extends PeftConfig> ConfigType<C> of(
            String peftType, Class<C> configClass, Function<OptionValues, C> constructor) {
        ConfigType<C> empty =
                new ConfigType<>(
                        PeftType.of(peftType),
                        configClass,
                        constructor,
                        ImmutableMap.of(),
                        (values, warn) -> values,
                        config -> {},
                        config -> ImmutableList.of());
        return empty.with(CommonOptions.ALL);
    }

    /** This table with more options. */
    public ConfigType<C> with(Option<?>... more) {
        return with(ImmutableList.copyOf(more));
    }

    /** This table with a group of options; one of a known key takes its place. */
    public ConfigType<C> with(List<Option<?>> more) {
        Map<String, Option<?>> all = new LinkedHashMap<>(options);
        more.forEach(option -> all.put(option.key(), option));
        return withOptions(all);
    }

    /** This table without some options, which are then refused as unknown to the method. */
    public ConfigType<C> without(Option<?>... fewer) {
        Map<String, Option<?>> rest = new LinkedHashMap<>(options);
        for (Option<?> option : fewer) {
            rest.remove(option.key());
        }
        return withOptions(rest);
    }

    private ConfigType<C> withOptions(Map<String, Option<?>> all) {
        return new ConfigType<>(
                peftType,
                configClass,
                constructor,
                ImmutableMap.copyOf(all),
                resolve,
                rules,
                warnings);
    }

    /**
     * This table with a rule for options that depend on each other.
     *
     * @param rule throws {@link IllegalArgumentException} naming options, values and rule
     */
    public ConfigType<C> rule(Consumer<? super C> rule) {
        Consumer<C> all = rules.andThen(rule);
        return new ConfigType<>(
                peftType, configClass, constructor, options, resolve, all, warnings);
    }

    /**
     * This table with values that follow from others.
     *
     * @param step changes the values and hands on a warning where that may surprise
     */
    public ConfigType<C> resolving(BiFunction<OptionValues, Consumer<String>, OptionValues> step) {
        return new ConfigType<>(
                peftType,
                configClass,
                constructor,
                options,
                (values, warn) -> step.apply(resolve.apply(values, warn), warn),
                rules,
                warnings);
    }

    /** This table with warnings about what is allowed but odd. */
    public ConfigType<C> warning(Function<C, List<String>> about) {
        return new ConfigType<>(
                peftType,
                configClass,
                constructor,
                options,
                resolve,
                rules,
                config ->
                        ImmutableList.<String>builder()
                                .addAll(warnings.apply(config))
                                .addAll(about.apply(config))
                                .build());
    }

    /** The method. */
    public PeftType peftType() {
        return peftType;
    }

    /** The options, sorted by key, that are set to something this version cannot run. */
    public List<Option<?>> notYetRun(OptionConfig config) {
        return options.values().stream()
                .filter(option -> !option.runs())
                .filter(option -> Option.isTruthy(config.values().find(option)))
                .sorted(Comparator.comparing(Option::key))
                .toList();
    }

    /** The class of the method's config. */
    public Class<C> configClass() {
        return configClass;
    }

    /** The options in the order in which they are documented. */
    public List<Option<?>> options() {
        return options.values().asList();
    }

    /** The option of this key, if the method has it. */
    public Optional<Option<?>> option(String key) {
        return Optional.ofNullable(options.get(key));
    }

    /** Whether the method has this very option. */
    public boolean has(Option<?> option) {
        return options.get(option.key()) == option;
    }

    /**
     * Makes a config.
     *
     * @param given the values that are set; all others get their defaults
     * @param warn takes a warning about each thing that is allowed but odd
     * @throws IllegalArgumentException if a value breaks a rule or the method has no such option
     */
    C build(Map<Option<?>, @Nullable Object> given, Consumer<String> warn) {
        given.forEach(
                (option, value) ->
                        Preconditions.checkArgument(
                                has(option) || value == null,
                                "%s is %s, and %s has no such option. Leave it out.",
                                option,
                                value,
                                peftType));
        Map<Option<?>, @Nullable Object> values = new LinkedHashMap<>();
        for (Option<?> option : options.values()) {
            values.put(option, value(option, given));
        }
        C config = constructor.apply(resolve.apply(new OptionValues(values), warn));
        rules.accept(config);
        warnings.apply(config).forEach(warn);
        return config;
    }

    private static <T> @Nullable T value(Option<T> option, Map<Option<?>, @Nullable Object> given) {
        @SuppressWarnings("unchecked") // put there by the option's own setter or reader
        T value =
                given.containsKey(option) ? (T) given.get(option) : option.standard().orElse(null);
        return option.accept(value);
    }

    /** Reads a config: the defaults, overlaid by what the JSON has. */
    public C read(ConfigReader json) {
        Map<Option<?>, @Nullable Object> given = new LinkedHashMap<>();
        for (Option<?> option : options.values()) {
            json.readRaw(option.key(), value -> given.put(option, option.read(value)));
        }
        return build(given, json::warn);
    }
}
