package io.github.peft4j.cli.soak.adapters;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.route.AdapterRouter;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** A router whose adapters come and go, and what each of them answers when it is asked alone. */
final class RouterTrial implements AutoCloseable {

    private static final double ROUNDING = 1e-5;
    private static final long[][] TEXTS = {
        {5, 6, 7}, {9, 8, 4, 4, 6, 7, 8}, {4}, {7, 9, 5, 8, 12}, {11, 12}
    };

    /** One of so many requests gives its adapter another registration. */
    private static final int REPLACING = 20;

    private final PeftModel model;
    private final Path work;
    private final int seed;
    private final List<float[][]> expected = new ArrayList<>();
    private long bytes;

    /** Requests that were answered wrongly, and names that were registered again meanwhile. */
    record Counts(int wrong, int replaced) {}

    private RouterTrial(TransformerModel base, Path work, int seed) {
        model = PeftModels.getPeftModel(base, config());
        this.work = work;
        this.seed = seed;
    }

    /** Makes adapters, each with numbers of its own, and asks each alone. */
    static RouterTrial of(TransformerModel base, int adapters, Path work, int seed)
            throws IOException {
        Engine.getEngine(Engines.PYTORCH).setRandomSeed(seed);
        RouterTrial trial = new RouterTrial(base, work, seed);
        trial.expected.add(answers(trial.model, Activation.none()));
        for (int i = 1; i <= adapters; i++) {
            try (PeftModel made = PeftModels.getPeftModel(base, config());
                    NDManager manager = Engines.newManager()) {
                trial.bytes = 0;
                for (Parameter p : made.adapter(PeftModel.DEFAULT_ADAPTER).tensors().values()) {
                    NDArray values = manager.randomNormal(0, 0.3f, p.getShape(), DataType.FLOAT32);
                    p.getArray().set(values.toByteBuffer());
                    trial.bytes += 4 * p.getShape().size();
                }
                made.savePretrained(work.resolve(name(i)));
                trial.expected.add(answers(made, made.activation()));
            }
        }
        return trial;
    }

    private static LoraConfig config() {
        return LoraConfig.builder().optR(2).optTaskType(TaskType.SEQ_CLS).build();
    }

    private static String name(int adapter) {
        return adapter == 0 ? RowActivation.BASE : "topic" + adapter;
    }

    private static float[][] answers(PeftModel model, Activation activation) {
        float[][] answers = new float[TEXTS.length][];
        try (NDManager manager = Engines.newManager()) {
            for (int i = 0; i < TEXTS.length; i++) {
                answers[i] = model.forward(input(manager, i), activation).logits().toFloatArray();
            }
        }
        return answers;
    }

    private static ModelInput input(NDManager manager, int text) {
        NDArray ids = manager.create(new long[][] {TEXTS[text]});
        return ModelInput.of(ids, ids.onesLike());
    }

    /** Asks at random; memory is enough for half of the adapters. */
    Counts run(int threads, int requests)
            throws IOException, InterruptedException, ExecutionException {
        AtomicInteger left = new AtomicInteger(requests);
        AtomicInteger wrong = new AtomicInteger();
        AtomicInteger replaced = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (AdapterRouter router =
                AdapterRouter.builder(model).optMemory(bytes * expected.size() / 2).build()) {
            for (int i = 1; i < expected.size(); i++) {
                router.register(name(i), work.resolve(name(i)));
            }
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                Random random = new Random(seed + (long) thread);
                all.add(
                        pool.submit(
                                () -> {
                                    while (left.getAndDecrement() > 0) {
                                        int adapter = random.nextInt(expected.size());
                                        if (adapter > 0 && random.nextInt(REPLACING) == 0) {
                                            String name = name(adapter);
                                            router.replace(name, work.resolve(name));
                                            replaced.incrementAndGet();
                                        }
                                        int text = random.nextInt(TEXTS.length);
                                        if (!isRight(router, adapter, text)) {
                                            wrong.incrementAndGet();
                                        }
                                    }
                                    return replaced;
                                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
            for (int i = 1; i < expected.size(); i++) {
                router.remove(name(i));
            }
        } finally {
            pool.shutdownNow();
        }
        return new Counts(wrong.get(), replaced.get());
    }

    private boolean isRight(AdapterRouter router, int adapter, int text) throws IOException {
        try (NDManager manager = Engines.newManager()) {
            float[] seen =
                    router.forward(name(adapter), input(manager, text)).logits().toFloatArray();
            return agree(expected.get(adapter)[text], seen);
        }
    }

    /** The same label, and the same scores to rounding. */
    static boolean agree(float[] expected, float[] seen) {
        if (expected.length != seen.length || best(expected) != best(seen)) {
            return false;
        }
        double error = 0;
        double size = 0;
        for (int i = 0; i < seen.length; i++) {
            error += Math.pow((double) expected[i] - seen[i], 2);
            size += Math.pow(expected[i], 2);
        }
        return Math.sqrt(error) <= ROUNDING * Math.sqrt(size);
    }

    private static int best(float[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
        return best;
    }

    @Override
    public void close() {
        model.close();
    }
}
