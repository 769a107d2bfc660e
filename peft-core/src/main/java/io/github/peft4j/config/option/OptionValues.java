package io.github.peft4j.config.option;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of a config's options, all set and checked; immutable. */
public final class OptionValues {

    private final Map<Option<?>, @Nullable Object> values;

    public OptionValues(Map<Option<?>, @Nullable Object> values) {
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * The value of an option.
     *
     * @throws IllegalStateException if it is null; see {@link #find}
     */
    public <T> T get(Option<T> option) {
        T value = find(option);
        if (value == null) {
            throw new IllegalStateException(option.key() + " is not set.");
        }
        return value;
    }

    /** The value of an option, or null. */
    @SuppressWarnings("unchecked") // put under its option by the config type alone
    public <T> @Nullable T find(Option<T> option) {
        if (!values.containsKey(option)) {
            throw new IllegalArgumentException("No option of this config: " + option.key());
        }
        return (T) values.get(option);
    }

    /** These values with another one, which is checked. */
    public <T> OptionValues with(Option<T> option, @Nullable T value) {
        Map<Option<?>, @Nullable Object> changed = new LinkedHashMap<>(values);
        changed.replaceAll((own, kept) -> own.equals(option) ? accept(own, value) : kept);
        return new OptionValues(changed);
    }

    @SuppressWarnings("unchecked") // an equal option has the same type
    private static <T> @Nullable T accept(Option<T> own, @Nullable Object value) {
        return own.accept((T) value);
    }

    /** The values by their options, for a builder that changes some. */
    public Map<Option<?>, @Nullable Object> asMap() {
        return values;
    }

    /** Every value under its key, as JSON. */
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        values.forEach((option, value) -> json.put(option.key(), option.write(value)));
        return json;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OptionValues that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return toMap().toString();
    }
}
