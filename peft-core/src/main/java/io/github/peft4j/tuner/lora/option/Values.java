package io.github.peft4j.tuner.lora.option;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.option.Option;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Values of nested options, which are there and of their type once a config has been read. */
final class Values {

    private Values() {}

    static Number number(Map<String, @Nullable Object> values, Option<? extends Number> option) {
        return (Number) require(values, option);
    }

    static boolean flag(Map<String, @Nullable Object> values, Option<Boolean> option) {
        return (Boolean) require(values, option);
    }

    static String text(Map<String, @Nullable Object> values, Option<String> option) {
        return (String) require(values, option);
    }

    /** The texts of a list; none for null. */
    static List<String> texts(Map<String, @Nullable Object> values, Option<List<String>> option) {
        return values.get(option.key()) instanceof Collection<?> items
                ? items.stream().map(Object::toString).collect(ImmutableList.toImmutableList())
                : ImmutableList.of();
    }

    /** The inverse of {@link #texts}: PEFT writes null for none. */
    static @Nullable List<String> orNull(List<String> texts) {
        return texts.isEmpty() ? null : texts;
    }

    private static Object require(Map<String, @Nullable Object> values, Option<?> option) {
        return Objects.requireNonNull(values.get(option.key()), option.key());
    }
}
