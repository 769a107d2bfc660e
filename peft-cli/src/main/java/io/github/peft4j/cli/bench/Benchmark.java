package io.github.peft4j.cli.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.jni.JniUtils;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.DisabledAdapters;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.task.generate.GenerationResult;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.prefix.PrefixCache;
import io.github.peft4j.task.train.frozen.FrozenLayerCache;
import io.github.peft4j.task.train.frozen.FrozenLayerUse;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToLongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs one workload in this process and measures it. */
public final class Benchmark {

    private static final double START = startOfProcess();

    /** Most that a workload's frozen layers may leave on disk. */
    private static final long FROZEN_LAYER_BYTES = 1L << 32;

    private final Workload workload;
    private final int steps;
    private final int warmup;
    private final boolean planned;
    private final JsonObject result = new JsonObject();

    private Benchmark(Workload workload, boolean quick, boolean planned) {
        this.workload = workload;
        this.planned = planned;
        steps = workload.steps(quick);
        warmup = Math.min((int) workload.number("warmup"), steps - 1);
        result.addProperty("workload", workload.name());
        result.addProperty("side", "java-peft");
        result.addProperty("variant", "default");
    }

    /**
     * Runs a workload.
     *
     * @param models folder with workloads.json, models, adapters and batches
     * @param name of the workload
     * @param quick whether to make fewer steps
     * @param planned whether a training is planned before, to compare
     * @return the measurements
     */
    public static JsonObject run(Path models, String name, boolean quick, boolean planned)
            throws IOException {
        Benchmark benchmark = new Benchmark(Workload.find(models, name), quick, planned);
        Engine engine = Engine.getEngine(Engines.PYTORCH);
        benchmark.result.addProperty("import_seconds", now() - START);
        benchmark.result.addProperty("rss_import_mb", ProcessMemory.resident());
        switch (benchmark.workload.kind()) {
            case "train" -> benchmark.train();
            case "predict" -> benchmark.predict();
            case "generate" -> benchmark.generate();
            case "hotload" -> benchmark.hotload(quick);
            default ->
                    throw new UnsupportedFeatureException(
                            "Workloads of kind "
                                    + benchmark.workload.kind()
                                    + " are not run by this version.");
        }
        benchmark.result.addProperty("threads", JniUtils.getNumThreads());
        benchmark.result.addProperty("versions", "LibTorch " + engine.getVersion());
        return benchmark.result;
    }

    private void train() throws IOException {
        if (workload.gradientCheckpointing()) {
            throw new UnsupportedFeatureException(
                    "Gradient checkpointing is not available in this version.");
        }
        TaskType task = PeftConfig.fromPretrained(workload.adapter()).taskType().orElse(null);
        try (TransformerModel base = loadBase(task);
                BatchSet batches = new BatchSet(workload.batches());
                PeftModel model = loadAdapter(base, true)) {
            Map<String, Parameter> trained = model.trainableTensors();
            result.addProperty("trainable_parameters", model.trainableParameters().trainable());
            Map<String, float[]> start = new LinkedHashMap<>();
            trained.forEach((key, p) -> start.put(key, p.getArray().toFloatArray()));
            JsonArray losses = trainSteps(model, batches, task);
            result.add("losses", losses);
            result.addProperty("update_norm", updateNorm(trained, start));
            Path target = Files.createTempDirectory("peft-bench");
            timed(
                    "save_adapter_seconds",
                    () -> {
                        model.savePretrained(target);
                        return target;
                    });
            result.addProperty("adapter_bytes", size(target));
            MoreFiles.deleteRecursively(target, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }

    private JsonArray trainSteps(PeftModel model, BatchSet batches, @Nullable TaskType task)
            throws IOException {
        if (!workload.keepsFrozenLayers()) {
            return trainSteps(model, batches, task, input -> input);
        }
        try (FrozenLayerCache cache = FrozenLayerCache.open(model, FROZEN_LAYER_BYTES, 0)) {
            JsonArray losses = trainSteps(model, batches, task, cache::over);
            FrozenLayerUse use = cache.use();
            result.addProperty("frozen_layer_cache_mb", use.bytes() / (double) (1 << 20));
            result.addProperty("frozen_layer_cache_calls", use.known());
            return losses;
        }
    }

    private JsonArray trainSteps(
            PeftModel model,
            BatchSet batches,
            @Nullable TaskType task,
            UnaryOperator<ModelInput> known) {
        JsonArray losses = new JsonArray();
        PlannedSteps plan = planned ? PlannedSteps.of(workload, model, batches, steps) : null;
        Stopwatches time = new Stopwatches(steps);
        try (TrainSteps training = new TrainSteps(workload, model, batches)) {
            for (int step = 0; step < steps; step++) {
                int number = step;
                time.start();
                training.run(
                        step,
                        known,
                        loss -> {
                            losses.add(loss);
                            first(number);
                        });
                time.stop();
            }
            if (plan != null) {
                plan.putInto(result, time, warmup);
            }
        }
        finish(
                time,
                batches,
                task == TaskType.SEQ_2_SEQ_LM ? batches::bothTokens : batches::tokens);
        return losses;
    }

    private void predict() throws IOException {
        try (TransformerModel base = loadBase(TaskType.SEQ_CLS);
                PeftModel model = loadAdapter(base, false);
                BatchSet batches = new BatchSet(workload.batches())) {
            switch (workload.mode()) {
                case "active" ->
                        predictSteps(batches, (step, input) -> model.forward(input).logits());
                case "disabled" -> {
                    try (DisabledAdapters off = model.disableAdapter()) {
                        predictSteps(batches, (step, input) -> model.forward(input).logits());
                    }
                }
                case "merged" -> {
                    try (MergedModel merged = timed("merge_seconds", model::mergeAndUnload)) {
                        predictSteps(batches, (step, input) -> merged.forward(input).logits());
                    }
                }
                case "mixed" -> {
                    int count = workload.adapters();
                    Tenants tenants = Tenants.load(model, workload, count, result);
                    String index = "adapter_index_" + count;
                    predictSteps(
                            batches,
                            (step, input) ->
                                    tenants.mixed(input, batches.array(step, index).toLongArray()));
                }
                default ->
                        throw new UnsupportedFeatureException(
                                "Prediction in mode "
                                        + workload.mode()
                                        + " is not run by this version.");
            }
        }
    }

    private void hotload(boolean quick) throws IOException {
        try (TransformerModel base = loadBase(TaskType.SEQ_CLS);
                PeftModel model = loadAdapter(base, false);
                BatchSet batches = new BatchSet(workload.batches())) {
            int count = quick ? Math.min(workload.adapters(), steps) : workload.adapters();
            Tenants tenants = Tenants.load(model, workload, count, result);
            Tenants.Samples switches = new Tenants.Samples();
            predictSteps(
                    batches,
                    (step, input) ->
                            tenants.switched(
                                    batches.input(0, input.manager(), false), step, switches));
            switches.putInto(result, "switch_seconds");
            tenants.delete(result);
        }
    }

    /** The scores of a step's batch. */
    @FunctionalInterface
    private interface Scores {
        NDArray of(int step, ModelInput input);
    }

    private void predictSteps(BatchSet batches, Scores model) {
        JsonArray outputs = new JsonArray();
        Stopwatches time = new Stopwatches(steps);
        try (NDManager root = Engines.newManager()) {
            for (int step = 0; step < steps; step++) {
                time.start();
                try (NDManager scope = root.newSubManager()) {
                    float[] logits =
                            model.of(step, batches.input(step, scope, false)).toFloatArray();
                    double sum = 0;
                    for (float logit : logits) {
                        sum += Math.abs((double) logit);
                    }
                    outputs.add(sum / logits.length);
                }
                first(step);
                time.stop();
            }
        }
        result.add("outputs", outputs);
        finish(time, batches, batches::tokens);
    }

    private void generate() throws IOException {
        try (TransformerModel base = loadBase(TaskType.CAUSAL_LM);
                PeftModel model = loadAdapter(base, false);
                BatchSet batches = new BatchSet(workload.batches())) {
            GenerateSteps generation = new GenerateSteps(workload, batches);
            if (workload.mode().equals("merged")) {
                try (MergedModel merged = timed("merge_seconds", model::mergeAndUnload)) {
                    generateAll(generation, Generator.of(merged), batches);
                }
            } else if (workload.mode().equals("active")) {
                generateAll(generation, Generator.of(model), batches);
            } else {
                throw new UnsupportedFeatureException(
                        "Generation in mode " + workload.mode() + " is not run by this version.");
            }
        }
    }

    private void generateAll(GenerateSteps generation, Generator generator, BatchSet batches) {
        if (workload.prefixCacheBytes() == 0) {
            generateSteps(generation, generator, batches);
            return;
        }
        try (PrefixCache prefixes = PrefixCache.ofBytes(workload.prefixCacheBytes())) {
            generateSteps(generation, generator.withPrefixCache(prefixes), batches);
            result.addProperty("prefix_cache_mb", prefixes.bytes() / (double) (1 << 20));
            result.addProperty("prefix_cache_tokens", prefixes.reusedTokens());
        }
    }

    private void generateSteps(GenerateSteps generation, Generator generator, BatchSet batches) {
        JsonArray generated = new JsonArray();
        Stopwatches time = new Stopwatches(steps);
        for (int step = 0; step < steps; step++) {
            time.start();
            GenerationResult answers = generation.run(generator, step);
            first(step);
            time.stop();
            generated.add(GenerateSteps.newTokens(answers));
        }
        result.add("generated", generated);
        finish(time, batches, generation::tokens);
    }

    private TransformerModel loadBase(@Nullable TaskType task) throws IOException {
        LoadOptions.Builder options = LoadOptions.builder().optPrecision(workload.precision());
        for (Map.Entry<String, JsonElement> entry : workload.configOverrides().entrySet()) {
            options.addConfigOverride(entry.getKey(), entry.getValue());
        }
        TransformerModel base =
                timed(
                        "load_base_seconds",
                        () -> Transformers.load(workload.model(), task, options.build()));
        result.addProperty("rss_base_mb", ProcessMemory.resident());
        result.addProperty("precision", base.precision().text());
        return base;
    }

    private PeftModel loadAdapter(TransformerModel base, boolean trainable) throws IOException {
        LoadAdapterOptions options = LoadAdapterOptions.builder().optTrainable(trainable).build();
        PeftModel model =
                timed(
                        "load_adapter_seconds",
                        () ->
                                PeftModels.fromPretrained(
                                        base,
                                        workload.adapter(),
                                        PeftModel.DEFAULT_ADAPTER,
                                        options));
        result.addProperty("rss_adapter_mb", ProcessMemory.resident());
        return model;
    }

    private void first(int step) {
        if (step == 0) {
            result.addProperty("cold_start_seconds", now() - START);
        }
    }

    /** Puts in what all steps took, and how many tokens each made. */
    private void finish(Stopwatches time, BatchSet batches, IntToLongFunction tokensOf) {
        result.addProperty("steps", steps);
        result.addProperty("warmup", warmup);
        result.addProperty("pad_fraction", batches.padFraction());
        time.putInto(result, warmup);
        long tokens = 0;
        for (int step = warmup; step < steps; step++) {
            tokens += tokensOf.applyAsLong(step);
        }
        result.addProperty("tokens_per_second", tokens / time.total(warmup));
        result.addProperty("peak_rss_mb", ProcessMemory.peak());
        result.addProperty("rss_anonymous_mb", ProcessMemory.anonymous());
    }

    private static double updateNorm(Map<String, Parameter> trained, Map<String, float[]> start) {
        double sum = 0;
        for (Map.Entry<String, Parameter> entry : trained.entrySet()) {
            float[] now = entry.getValue().getArray().toFloatArray();
            float[] before = start.getOrDefault(entry.getKey(), now);
            for (int i = 0; i < now.length; i++) {
                sum += ((double) now[i] - before[i]) * ((double) now[i] - before[i]);
            }
        }
        return Math.sqrt(sum);
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    /** Work that may fail with the file system. */
    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException;
    }

    private <T> T timed(String field, Work<T> work) throws IOException {
        double begin = now();
        T value = work.run();
        result.addProperty(field, now() - begin);
        return value;
    }

    private static double now() {
        return System.currentTimeMillis() / 1000.0;
    }

    /** Seconds since 1970 when the caller started this process, else when the JVM did. */
    private static double startOfProcess() {
        String given = System.getenv("BENCH_T0");
        if (given != null) {
            return Double.parseDouble(given.toLowerCase(Locale.ROOT));
        }
        return ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0;
    }
}
