package io.github.peft4j.config;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.option.ConfigReader;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionTable;
import io.github.peft4j.config.option.OptionValues;
import java.util.Comparator;
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
    private final OptionTable table;
    private final BiFunction<OptionValues, Consumer<String>, OptionValues> resolve;
    private final Consumer<C> rules;
    private final Function<C, List<String>> warnings;

    private ConfigType(
            PeftType peftType,
            Class<C> configClass,
            Function<OptionValues, C> constructor,
            OptionTable table,
            BiFunction<OptionValues, Consumer<String>, OptionValues> resolve,
            Consumer<C> rules,
            Function<C, List<String>> warnings) {
        this.peftType = peftType;
        this.configClass = configClass;
        this.constructor = constructor;
        this.table = table;
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
                        OptionTable.EMPTY,
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
        return withTable(table.with(more));
    }

    /** This table without some options, which are then refused as unknown to the method. */
    public ConfigType<C> without(Option<?>... fewer) {
        return withTable(table.without(ImmutableList.copyOf(fewer)));
    }

    private ConfigType<C> withTable(OptionTable changed) {
        return new ConfigType<>(
                peftType, configClass, constructor, changed, resolve, rules, warnings);
    }

    /**
     * This table with a rule for options that depend on each other.
     *
     * @param rule throws {@link IllegalArgumentException} naming options, values and rule
     */
    public ConfigType<C> rule(Consumer<? super C> rule) {
        Consumer<C> all = rules.andThen(rule);
        return new ConfigType<>(peftType, configClass, constructor, table, resolve, all, warnings);
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
                table,
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
                table,
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
    public List<Option<?>> notYetRun(PeftConfig config) {
        return options().stream()
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
        return table.options();
    }

    /** The option of this key, if the method has it. */
    public Optional<Option<?>> option(String key) {
        return table.option(key);
    }

    /** Whether the method has this option, with whatever default. */
    public boolean has(Option<?> option) {
        return table.has(option);
    }

    /**
     * Makes a config.
     *
     * @param given the values that are set; all others get their defaults
     * @param warn takes a warning about each thing that is allowed but odd
     * @throws IllegalArgumentException if a value breaks a rule or the method has no such option
     */
    C build(Map<Option<?>, ? extends @Nullable Object> given, Consumer<String> warn) {
        OptionValues values = table.values(peftType.name(), given);
        C config = constructor.apply(resolve.apply(values, warn));
        rules.accept(config);
        warnings.apply(config).forEach(warn);
        return config;
    }

    /** Reads a config: the defaults, overlaid by what the JSON has. */
    public C read(ConfigReader json) {
        return build(table.read(json), json::warn);
    }
}
