package io.github.peft4j.transformers;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a checkpoint is read.
 *
 * @param labels names of the labels of a head of one's own, which may start fresh without a
 *     warning; empty keeps those of config.json
 * @param configOverrides values laid over config.json
 */
public record LoadOptions(List<String> labels, Map<String, Object> configOverrides) {

    /** Copies the collections. */
    public LoadOptions {
        labels = ImmutableList.copyOf(labels);
        configOverrides = ImmutableMap.copyOf(configOverrides);
    }

    /** As config.json says. */
    public static final LoadOptions DEFAULT = builder().build();

    /** Starts with the values of config.json. */
    public static Builder builder() {
        return new Builder();
    }

    /** The config with these options laid over it. */
    PretrainedConfig apply(PretrainedConfig config) {
        PretrainedConfig result = config;
        for (Map.Entry<String, Object> entry : configOverrides.entrySet()) {
            result = result.with(entry.getKey(), entry.getValue());
        }
        if (!labels.isEmpty()) {
            Map<String, Object> names = new LinkedHashMap<>();
            for (int i = 0; i < labels.size(); i++) {
                names.put(Integer.toString(i), labels.get(i));
            }
            result = result.with("id2label", names);
        }
        return result;
    }

    /** Builds options. */
    public static final class Builder {

        private ImmutableList<String> labels = ImmutableList.of();
        private final ImmutableMap.Builder<String, Object> overrides = ImmutableMap.builder();

        private Builder() {}

        /** Gives the head one output for each of these labels. */
        public Builder optLabels(String... names) {
            labels = ImmutableList.copyOf(names);
            return this;
        }

        /** Gives the head one output for each of these labels. */
        public Builder optLabels(Iterable<String> names) {
            labels = ImmutableList.copyOf(names);
            return this;
        }

        /** Lays a value over config.json, e.g. {@code hidden_dropout_prob}. */
        public Builder addConfigOverride(String key, Object value) {
            overrides.put(key, value);
            return this;
        }

        /** The options. */
        public LoadOptions build() {
            return new LoadOptions(labels, overrides.buildOrThrow());
        }
    }
}
