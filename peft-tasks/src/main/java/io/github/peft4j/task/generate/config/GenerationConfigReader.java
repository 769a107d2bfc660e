package io.github.peft4j.task.generate.config;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Reads {@link GenerationConfig}s from the keys of generation_config.json. */
final class GenerationConfigReader {

    private static final ImmutableMap<String, BiConsumer<GenerationConfigBuilder, Value>> KEYS =
            ImmutableMap.<String, BiConsumer<GenerationConfigBuilder, Value>>builder()
                    .put("max_length", (b, v) -> b.optMaxLength(v.integer()))
                    .put("max_new_tokens", (b, v) -> b.optMaxNewTokens(v.integer()))
                    .put("min_length", (b, v) -> b.optMinLength(v.integer()))
                    .put("min_new_tokens", (b, v) -> b.optMinNewTokens(v.integer()))
                    .put("num_beams", (b, v) -> b.optNumBeams(v.integer(1)))
                    .put("num_return_sequences", (b, v) -> b.optNumReturnSequences(v.integer(1)))
                    .put("length_penalty", (b, v) -> b.optLengthPenalty(v.decimal(1)))
                    .put("early_stopping", (b, v) -> b.optEarlyStopping(v.earlyStopping()))
                    .put("do_sample", (b, v) -> b.optDoSample(v.flag(false)))
                    .put("temperature", (b, v) -> b.optTemperature(v.decimal(1)))
                    .put("top_k", (b, v) -> b.optTopK(v.integer(0)))
                    .put("top_p", (b, v) -> b.optTopP(v.decimal(1)))
                    .put("min_p", (b, v) -> b.optMinP(v.isNull() ? null : v.decimal(0)))
                    .put("repetition_penalty", (b, v) -> b.optRepetitionPenalty(v.decimal(1)))
                    .put("no_repeat_ngram_size", (b, v) -> b.optNoRepeatNgramSize(v.integer(0)))
                    .put("bos_token_id", (b, v) -> b.optBosTokenId(v.integer()))
                    .put("eos_token_id", (b, v) -> b.optEosTokenId(v.integers()))
                    .put("pad_token_id", (b, v) -> b.optPadTokenId(v.integer()))
                    .put("decoder_start_token_id", (b, v) -> b.optDecoderStartTokenId(v.integer()))
                    .put("forced_bos_token_id", (b, v) -> b.optForcedBosTokenId(v.integer()))
                    .put("forced_eos_token_id", (b, v) -> b.optForcedEosTokenId(v.integers()))
                    .put("use_cache", (b, v) -> b.optUseCache(v.flag(true)))
                    .buildOrThrow();

    /** Keys that change answers, which this version lacks, with the value that changes nothing. */
    private static final ImmutableMap<String, Object> MISSING =
            ImmutableMap.<String, Object>builder()
                    .put("typical_p", 1.0)
                    .put("top_h", "")
                    .put("epsilon_cutoff", 0.0)
                    .put("eta_cutoff", 0.0)
                    .put("encoder_repetition_penalty", 1.0)
                    .put("encoder_no_repeat_ngram_size", 0.0)
                    .put("num_beam_groups", 1.0)
                    .put("diversity_penalty", 0.0)
                    .put("penalty_alpha", "")
                    .put("bad_words_ids", "")
                    .put("force_words_ids", "")
                    .put("sequence_bias", "")
                    .put("suppress_tokens", "")
                    .put("begin_suppress_tokens", "")
                    .put("exponential_decay_length_penalty", "")
                    .put("guidance_scale", 1.0)
                    .put("renormalize_logits", false)
                    .put("remove_invalid_values", false)
                    .put("stop_strings", "")
                    .put("max_time", "")
                    .put("token_healing", false)
                    .put("watermarking_config", "")
                    .put("prompt_lookup_num_tokens", "")
                    .buildOrThrow();

    private GenerationConfigReader() {}

    static GenerationConfig read(Path directory) throws IOException {
        Path file = directory.resolve(GenerationConfig.FILE);
        PretrainedConfig values;
        if (Files.isRegularFile(file)) {
            try {
                String text = Files.readString(file);
                values = PretrainedConfig.of(JsonParser.parseString(text), file.toString());
            } catch (JsonParseException e) {
                throw new IOException(file + " is not valid JSON: " + e.getMessage(), e);
            }
        } else {
            file = directory.resolve(PretrainedConfig.FILE);
            values = PretrainedConfig.read(directory);
        }
        GenerationConfigBuilder builder = GenerationConfig.builder();
        String source = " in " + file;
        values.values()
                .forEach(
                        (key, value) -> {
                            requireAvailable(key, value, source);
                            BiConsumer<GenerationConfigBuilder, Value> setter = KEYS.get(key);
                            if (setter != null) {
                                setter.accept(builder, new Value(key, value, source));
                            }
                        });
        return builder.build();
    }

    static GenerationConfigBuilder overlay(GenerationConfigBuilder builder, Map<String, ?> values) {
        values.forEach(
                (key, value) -> {
                    requireAvailable(key, value, "");
                    BiConsumer<GenerationConfigBuilder, Value> setter = KEYS.get(key);
                    if (setter != null) {
                        setter.accept(builder, new Value(key, value, ""));
                    } else if (key.equals("seed")) {
                        builder.optSeed(value == null ? null : new Value(key, value, "").whole());
                    } else if (!MISSING.containsKey(key)) {
                        throw new IllegalArgumentException(
                                key
                                        + " is no generation setting. Settings: "
                                        + ImmutableSortedSet.copyOf(KEYS.keySet())
                                        + " and seed.");
                    }
                });
        return builder;
    }

    private static void requireAvailable(String key, @Nullable Object value, String source) {
        Object neutral = MISSING.get(key);
        if (neutral == null || value == null || isNeutral(value, neutral)) {
            return;
        }
        throw new UnsupportedFeatureException(
                key
                        + " is "
                        + value
                        + source
                        + ", but this version does not have it. Remove it to generate without.");
    }

    private static boolean isNeutral(Object value, Object neutral) {
        return value instanceof Number number
                ? neutral.equals(number.doubleValue())
                : value.equals(neutral) || (value instanceof List<?> list && list.isEmpty());
    }

    /**
     * A value from a file or a caller.
     *
     * @param source where it stands, for errors
     */
    private record Value(String key, @Nullable Object value, String source) {

        boolean isNull() {
            return value == null;
        }

        @Nullable Integer integer() {
            return value == null ? null : Math.toIntExact(whole());
        }

        int integer(int missing) {
            return value == null ? missing : Math.toIntExact(whole());
        }

        long whole() {
            if (value instanceof Number number
                    && number.doubleValue() == Math.rint(number.doubleValue())
                    && Math.abs(number.doubleValue()) <= 1L << 53) {
                return number.longValue();
            }
            throw wrong("a whole number");
        }

        double decimal(double missing) {
            if (value == null) {
                return missing;
            }
            if (value instanceof Number number) {
                return number.doubleValue();
            }
            throw wrong("a number");
        }

        boolean flag(boolean missing) {
            if (value == null) {
                return missing;
            }
            if (value instanceof Boolean flag) {
                return flag;
            }
            throw wrong("true or false");
        }

        Integer[] integers() {
            if (value == null) {
                return new Integer[0];
            }
            if (value instanceof Iterable<?> list) {
                ImmutableSet.Builder<Integer> ids = ImmutableSet.builder();
                list.forEach(id -> ids.add(new Value(key, id, source).integer(-1)));
                return ids.build().toArray(new Integer[0]);
            }
            return new Integer[] {Math.toIntExact(whole())};
        }

        EarlyStopping earlyStopping() {
            if ("never".equals(value)) {
                return EarlyStopping.IMPOSSIBLE;
            }
            if (value == null || value instanceof Boolean) {
                return flag(false) ? EarlyStopping.ENOUGH : EarlyStopping.UNLIKELY;
            }
            throw wrong("true, false or \"never\"");
        }

        private IllegalArgumentException wrong(String wanted) {
            return new IllegalArgumentException(
                    key + " is " + value + source + ", must be " + wanted + ".");
        }
    }
}
