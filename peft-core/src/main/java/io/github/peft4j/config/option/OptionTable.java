package io.github.peft4j.config.option;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Options by their keys, in the order in which they are documented. Immutable; each method that
 * changes something returns a changed copy.
 */
public final class OptionTable {

    /** A table without options. */
    public static final OptionTable EMPTY = new OptionTable(ImmutableMap.of());

    private final ImmutableMap<String, Option<?>> options;

    private OptionTable(Map<String, Option<?>> options) {
        this.options = ImmutableMap.copyOf(options);
    }

    /** A table of these options. */
    public static OptionTable of(Option<?>... options) {
        return EMPTY.with(List.of(options));
    }

    /** This table with more options; one of a known key takes its place. */
    public OptionTable with(List<Option<?>> more) {
        Map<String, Option<?>> all = new LinkedHashMap<>(options);
        more.forEach(option -> all.put(option.key(), option));
        return new OptionTable(all);
    }

    /** This table without some options. */
    public OptionTable without(List<Option<?>> fewer) {
        Map<String, Option<?>> rest = new LinkedHashMap<>(options);
        fewer.forEach(option -> rest.remove(option.key()));
        return new OptionTable(rest);
    }

    /** The options in the order in which they are documented. */
    public List<Option<?>> options() {
        return options.values().asList();
    }

    /** The option of this key, if there is one. */
    public Optional<Option<?>> option(String key) {
        return Optional.ofNullable(options.get(key));
    }

    /** Whether it has this option, with whatever default. */
    public boolean has(Option<?> option) {
        return option.equals(options.get(option.key()));
    }

    /**
     * All values.
     *
     * @param owner whose options these are, for texts
     * @param given the values that are set; all others get their defaults
     * @throws IllegalArgumentException if a value breaks a rule of its option or there is no such
     *     option
     */
    public OptionValues values(String owner, Map<Option<?>, ? extends @Nullable Object> given) {
        given.forEach(
                (option, value) ->
                        Preconditions.checkArgument(
                                has(option) || value == null,
                                "%s is %s, and %s has no such option. Leave it out.",
                                option,
                                value,
                                owner));
        Map<Option<?>, @Nullable Object> values = new LinkedHashMap<>();
        for (Option<?> option : options.values()) {
            values.put(option, value(option, given));
        }
        return new OptionValues(values);
    }

    private static <T> @Nullable T value(
            Option<T> option, Map<Option<?>, ? extends @Nullable Object> given) {
        @SuppressWarnings("unchecked") // put there by the option's own setter or reader
        T value =
                given.containsKey(option) ? (T) given.get(option) : option.standard().orElse(null);
        return option.accept(value);
    }

    /** The values that the JSON has; a type that does not fit is refused. */
    public Map<Option<?>, @Nullable Object> read(ConfigReader json) {
        Map<Option<?>, @Nullable Object> given = new LinkedHashMap<>();
        for (Option<?> option : options.values()) {
            json.read(option.key(), value -> given.put(option, option.read(value)));
        }
        return given;
    }
}
