package io.github.peft4j.task.train.internal;

import static java.util.Objects.requireNonNull;

import ai.djl.nn.Parameter;
import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.Iterables;
import com.google.common.collect.MapDifference;
import com.google.common.collect.Maps;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.github.peft4j.PeftModel;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.store.BaseFingerprint;
import io.github.peft4j.store.TensorFingerprint;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.train.config.IntervalStrategy;
import io.github.peft4j.task.train.config.TrainingArguments;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that decides the numbers of a training, by name: arguments, order and content of the
 * examples, adapter configs, the base's configuration and weights, and the trained tensors with
 * their start values. A resumed training must agree in all of it.
 */
public record Fingerprint(ImmutableSortedMap<String, String> values) {

    /** Differ between machines or runs without an effect on the numbers. */
    private static final ImmutableSet<String> WITHOUT_EFFECT =
            ImmutableSet.of(
                    "_name_or_path",
                    "auto_mapping",
                    "base_model_name_or_path",
                    "inference_mode",
                    "peft_version",
                    "revision",
                    "transformers_version");

    private static final int SAMPLES = 16;
    private static final int ROWS = 256;
    private static final int SHOWN = 10;

    /** The fingerprint of a run. */
    public static Fingerprint of(
            PeftModel model,
            Map<String, Parameter> trainable,
            TrainingArguments arguments,
            BatchLoader train,
            @Nullable BatchLoader validation)
            throws IOException {
        Map<String, String> values = new TreeMap<>();
        addArguments(values, arguments, arguments.totalSteps(train.batchCount()));
        addData(values, "train.", train);
        if (validation != null) {
            addData(values, "validation.", validation);
        }
        for (String name : model.activeAdapters()) {
            addConfig(values, "adapter." + name + ".", requireConfig(model, name));
        }
        addConfig(values, "base.", model.base().info().config());
        trainable.forEach((name, p) -> values.put("tensor." + name, p.getShape().toString()));
        values.put("start values", weights(trainable));
        Optional<String> file = BaseFingerprint.of(model.base());
        values.put(
                "weights of the base",
                file.isPresent() ? file.get() : weights(model.base().parameters()));
        return new Fingerprint(ImmutableSortedMap.copyOf(values));
    }

    private static String weights(Map<String, Parameter> tensors) throws IOException {
        return TensorFingerprint.of(
                tensors.keySet(),
                name -> TensorView.of(requireNonNull(tensors.get(name)).getArray()));
    }

    /**
     * Refuses a training that differs.
     *
     * @throws IllegalArgumentException that names what differs
     */
    void requireEqual(Fingerprint saved, String where) {
        MapDifference<String, String> difference = Maps.difference(saved.values, values);
        List<String> lines = new ArrayList<>();
        difference
                .entriesDiffering()
                .forEach(
                        (key, pair) ->
                                lines.add(
                                        "%s was %s, is %s"
                                                .formatted(
                                                        key, pair.leftValue(), pair.rightValue())));
        difference.entriesOnlyOnLeft().forEach((key, v) -> lines.add(key + " was " + v));
        difference.entriesOnlyOnRight().forEach((key, v) -> lines.add(key + " is new: " + v));
        if (!lines.isEmpty()) {
            throw new IllegalArgumentException(
                    ("%s was written by another training, so going on from it would give "
                                    + "neither: %s%s. Undo these changes, or train without "
                                    + "resuming into another output_dir.")
                            .formatted(
                                    where,
                                    Joiner.on("; ").join(Iterables.limit(lines, SHOWN)),
                                    lines.size() > SHOWN ? "; ..." : ""));
        }
    }

    private static void addArguments(
            Map<String, String> values, TrainingArguments arguments, long total) {
        ImmutableMap.<String, Object>builder()
                .put("learning_rate", arguments.learningRate())
                .put("total_steps", total)
                .put("gradient_accumulation_steps", arguments.gradientAccumulationSteps())
                .put("max_grad_norm", arguments.maxGradNorm())
                .put("weight_decay", arguments.weightDecay())
                .put("adam_beta1", arguments.adamBeta1())
                .put("adam_beta2", arguments.adamBeta2())
                .put("adam_epsilon", arguments.adamEpsilon())
                .put("warmup_steps", arguments.warmupSteps(total))
                .put("seed", arguments.seed())
                .put("eval_steps", evaluations(arguments))
                .put("metric_for_best_model", arguments.metricForBestModel())
                .put("greater_is_better", arguments.greaterIsBetter())
                .put("load_best_model_at_end", arguments.loadBestModelAtEnd())
                .buildOrThrow()
                .forEach((key, value) -> values.put(key, value.toString()));
        List<Double> rates = new ArrayList<>(); // a schedule may be a lambda, known by its values
        for (int i = 0; i < SAMPLES; i++) {
            rates.add(arguments.learningRate(total * i / SAMPLES, total));
        }
        values.put("lr_scheduler", rates.toString());
    }

    private static Object evaluations(TrainingArguments arguments) {
        return arguments.evalStrategy() == IntervalStrategy.NO ? "none" : arguments.evalSteps();
    }

    private static void addData(Map<String, String> values, String start, BatchLoader loader) {
        values.put(start + "batch_size", Integer.toString(loader.batchSize()));
        values.put(start + "shuffle", Boolean.toString(loader.shuffle()));
        values.put(start + "seed", Long.toString(loader.seed()));
        values.put(start + "bucket_batches", Integer.toString(loader.bucketBatches()));
        values.put(start + "drop_last", Boolean.toString(loader.dropLast()));
        values.put(start + "examples", Integer.toString(loader.source().size()));
        values.put(start + "content", content(loader));
    }

    private static String content(BatchLoader loader) {
        Hasher hasher = Hashing.murmur3_128().newHasher();
        int size = loader.source().size();
        for (int start = 0; start < size; start += ROWS) {
            int[] rows = IntStream.range(start, Math.min(size, start + ROWS)).toArray();
            TokenBatch batch = loader.source().batch(rows);
            batch.columns()
                    .forEach(
                            (name, column) -> {
                                hasher.putUnencodedChars(name);
                                hasher.putUnencodedChars(column.shape().toString());
                                put(hasher, column);
                            });
        }
        return hasher.hash().toString();
    }

    private static void put(Hasher hasher, HostArray column) {
        if (column instanceof HostArray.Int64 numbers) {
            for (long value : numbers.values()) {
                hasher.putLong(value);
            }
        } else if (column instanceof HostArray.Float32 numbers) {
            for (float value : numbers.values()) {
                hasher.putFloat(value);
            }
        }
    }

    private static void addConfig(
            Map<String, String> values,
            String start,
            Map<String, ? extends @Nullable Object> config) {
        config.forEach(
                (key, value) -> {
                    if (!WITHOUT_EFFECT.contains(key)) {
                        values.put(start + key, String.valueOf(value));
                    }
                });
    }

    private static Map<String, @Nullable Object> requireConfig(PeftModel model, String name) {
        PeftConfig config = model.peftConfig().get(name);
        if (config == null) {
            throw new IllegalStateException("Adapter '" + name + "' was deleted meanwhile.");
        }
        return config.toMap();
    }
}
