package io.github.peft4j.cli.conformance.play;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.config.PeftConfig;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Compares the config of a model with the one that Python saved, field by field. */
final class ConfigFields {

    /** What says where a config comes from, and nothing of what it does. */
    private static final ImmutableSet<String> ORIGINS =
            ImmutableSet.of(
                    "inference_mode",
                    "peft_version",
                    "base_model_name_or_path",
                    "revision",
                    "auto_mapping");

    private ConfigFields() {}

    static void requireSame(PeftConfig ours, PeftConfig theirs) throws CaseFailure {
        Map<String, @Nullable Object> left = ours.toMap();
        Map<String, @Nullable Object> right = theirs.toMap();
        for (String key : Sets.union(left.keySet(), right.keySet())) {
            Object one = plain(left.get(key));
            Object other = plain(right.get(key));
            if (!ORIGINS.contains(key) && !Objects.equals(one, other)) {
                throw new CaseFailure(key + " is " + one + " in the config, Python " + other);
            }
        }
    }

    /** Lists without their order, and numbers of one type. */
    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value instanceof Collection<?> values) {
            return values.stream()
                    .map(each -> String.valueOf(plain(each)))
                    .collect(ImmutableSet.toImmutableSet());
        }
        if (value instanceof Map<?, ?> values) {
            Map<String, @Nullable Object> plain = new LinkedHashMap<>();
            values.forEach((key, each) -> plain.put(String.valueOf(key), plain(each)));
            return plain;
        }
        return value;
    }
}
