package io.github.peft4j.task.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.inference.Predictor;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each request gets its own adapter's answer, whoever asks at the same time. */
class AdapterRouterTest {

    private static final Offset<Float> ROUNDING = Offset.offset(2e-5f);

    private static final long[][] TEXTS = {
        {5, 6, 7}, {9, 8, 4, 4, 6, 7, 8}, {4}, {7, 9, 5, 8, 12}, {11, 12}
    };

    /** The number of labels of each adapter; the base has three. */
    private static final Map<String, Integer> LABELS =
            Map.of("a0", 3, "a1", 2, "a2", 5, "a3", 3, "a4", 4, "a5", 3);

    @TempDir private static Path folders;

    private static final Map<String, List<float[]>> EXPECTED = new HashMap<>();

    private TransformerModel base;
    private PeftModel model;

    /** Trains nothing, but gives each adapter numbers of its own, and notes what it answers. */
    @BeforeAll
    static void makeAdapters() throws IOException {
        for (Map.Entry<String, Integer> adapter : LABELS.entrySet()) {
            List<String> labels = new ArrayList<>();
            for (int i = 0; i < adapter.getValue(); i++) {
                labels.add(adapter.getKey() + "-" + i);
            }
            try (NDManager manager = NDManager.newBaseManager("PyTorch");
                    TransformerModel base =
                            Transformers.load(
                                    Golden.path("models/bert-seqcls"),
                                    TaskType.SEQ_CLS,
                                    LoadOptions.builder().optLabels(labels).build());
                    PeftModel made = PeftModels.getPeftModel(base, config(adapter.getKey()))) {
                for (Parameter p : made.adapter(PeftModel.DEFAULT_ADAPTER).trainable()) {
                    NDArray values = manager.randomNormal(p.getShape()).mul(0.3);
                    values.copyTo(p.getArray());
                }
                made.savePretrained(folders.resolve(adapter.getKey()));
                EXPECTED.put(adapter.getKey(), answers(made, made.activation()));
                EXPECTED.putIfAbsent(RowActivation.BASE, plainAnswers());
            }
        }
    }

    private static PeftConfig config(String name) {
        return LoraConfig.builder()
                .optR(4)
                .optUseDora(name.equals("a3"))
                .optTaskType(TaskType.SEQ_CLS)
                .build();
    }

    private static List<float[]> plainAnswers() throws IOException {
        try (TransformerModel plain =
                        Transformers.load(Golden.path("models/bert-seqcls"), TaskType.SEQ_CLS);
                PeftModel model = PeftModels.getPeftModel(plain, config("a0"))) {
            return answers(model, Activation.none());
        }
    }

    private static List<float[]> answers(PeftModel model, Activation activation) {
        List<float[]> answers = new ArrayList<>();
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            for (long[] text : TEXTS) {
                answers.add(
                        model.forward(input(manager, text), activation).logits().toFloatArray());
            }
        }
        return answers;
    }

    private static ModelInput input(NDManager manager, long[] text) {
        NDArray ids = manager.create(new long[][] {text});
        return ModelInput.of(ids, ids.onesLike());
    }

    @BeforeEach
    void load() throws IOException {
        base = Transformers.load(Golden.path("models/bert-seqcls"), TaskType.SEQ_CLS);
        model =
                PeftModels.fromPretrained(
                        base,
                        folders.resolve("a0"),
                        "a0",
                        LoadAdapterOptions.builder().optOwnLabels(true).build());
    }

    @AfterEach
    void close() {
        model.close();
        base.close();
    }

    private AdapterRouter router(long memory) {
        AdapterRouter router = AdapterRouter.builder(model).optMemory(memory).build();
        LABELS.keySet().stream()
                .filter(name -> !name.equals("a0"))
                .forEach(name -> router.register(name, folders.resolve(name)));
        return router;
    }

    private static void ask(AdapterRouter router, String name, int text) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            ModelOutput output = router.forward(name, input(manager, TEXTS[text]));
            assertThat(output.logits().toFloatArray())
                    .as("%s of text %s", name, text)
                    .containsExactly(EXPECTED.get(name).get(text), ROUNDING);
        }
    }

    private static void from8Threads(Callable<Void> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Void>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                all.add(threads.submit(work));
            }
            for (Future<Void> each : all) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void manyThreadsGetTheAnswersOfTheirAdapters() throws Exception {
        List<String> names = ImmutableList.copyOf(EXPECTED.keySet());
        AtomicInteger next = new AtomicInteger();
        try (AdapterRouter router = router(Long.MAX_VALUE)) {
            from8Threads(
                    () -> {
                        for (int i = 0; i < 60; i++) {
                            int turn = next.getAndIncrement();
                            ask(router, names.get(turn % names.size()), turn % TEXTS.length);
                        }
                        return null;
                    });
        }
    }

    /** Memory for one adapter only: they come and go while others predict. */
    @Test
    void adaptersComeAndGoWhileOthersPredict() throws Exception {
        List<String> names = ImmutableList.of("a0", "a1", "a2", "a4", RowActivation.BASE);
        AtomicInteger next = new AtomicInteger();
        try (AdapterRouter router = router(1)) {
            from8Threads(
                    () -> {
                        for (int i = 0; i < 25; i++) {
                            int turn = next.getAndIncrement();
                            ask(router, names.get(turn % names.size()), turn % TEXTS.length);
                        }
                        return null;
                    });

            assertThat(router.memory()).isZero();
            assertThat(model.peftConfig()).containsOnlyKeys("a0");
            try (AdapterLease kept = router.lease("a1")) {
                ask(router, "a2", 0);
                assertThat(model.peftConfig()).containsOnlyKeys("a0", "a1");
                assertThat(router.memory()).isPositive();
            }
            assertThat(model.peftConfig()).containsOnlyKeys("a0");
        }
    }

    @Test
    void aSharedBatchHoldsRowsOfSeveralAdapters() throws Exception {
        try (AdapterRouter router = router(Long.MAX_VALUE);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            List<Request> requests = new ArrayList<>();
            for (String name : ImmutableList.of("a2", RowActivation.BASE, "a1", "a2", "a0")) {
                router.lease(name);
                requests.add(Request.of(name, input(manager, TEXTS[requests.size()])));
            }
            SharedBatch batch = new SharedBatch(requests);

            ModelOutput output = model.forward(batch.input(manager, 0), batch.activation());
            batch.answer(output);

            assertThat(output.logits().getShape().getShape()).containsExactly(5, 5);
            for (int i = 0; i < 5; i++) {
                assertThat(requests.get(i).answer().join().logits().toFloatArray())
                        .containsExactly(EXPECTED.get(requests.get(i).adapter()).get(i), ROUNDING);
            }
        }
    }

    @Test
    void aPredictorReadsTheNameFromItsInput() throws Exception {
        try (AdapterRouter router = router(Long.MAX_VALUE);
                Predictor<Input, Output> predictor =
                        router.predictorByProperty("adapter", name -> new FirstText())) {
            from8Threads(
                    () -> {
                        for (String name : ImmutableList.of("a1", "a2", "a4", "a3", "a5")) {
                            Input input = new Input();
                            input.addProperty("adapter", name);
                            assertThat(predictor.predict(input).getAsString("data"))
                                    .isEqualTo(text(EXPECTED.get(name).get(0)));
                        }
                        return null;
                    });
            Input plain = new Input();
            assertThat(predictor.predict(plain).getAsString("data"))
                    .isEqualTo(text(EXPECTED.get(RowActivation.BASE).get(0)));
            assertThat(router.labels("a1")).containsExactly("a1-0", "a1-1");
            Input wrong = new Input();
            wrong.addProperty("adapter", "b");
            assertThatThrownBy(() -> predictor.predict(wrong))
                    .hasMessageContaining("names the adapter 'b'")
                    .hasMessageContaining("a4");
        }
    }

    /** Two decimals: what a shared batch leaves equal. */
    private static String text(float[] scores) {
        StringBuilder text = new StringBuilder();
        for (float score : scores) {
            text.append(String.format("%.2f ", score));
        }
        return text.toString();
    }

    private static final class FirstText implements Translator<Input, Output> {

        @Override
        public Batchifier getBatchifier() {
            return Batchifier.STACK;
        }

        @Override
        public NDList processInput(TranslatorContext ctx, Input input) {
            NDArray ids = ctx.getNDManager().create(TEXTS[0]);
            NDArray mask = ids.onesLike();
            ids.setName("input_ids");
            mask.setName("attention_mask");
            return new NDList(ids, mask);
        }

        @Override
        public Output processOutput(TranslatorContext ctx, NDList list) {
            Output output = new Output();
            output.add("data", text(list.get(0).toFloatArray()));
            return output;
        }
    }

    @Test
    void namesThatAreTakenOrUnknownAreRefused() throws IOException {
        try (AdapterRouter router = router(Long.MAX_VALUE);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            assertThatThrownBy(() -> router.register("a0", folders.resolve("a0")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'a0' is taken");
            assertThatThrownBy(() -> router.forward("b", input(manager, TEXTS[0])))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no adapter 'b'");
            ask(router, "a1", 0);
            router.remove("a1");
            assertThatThrownBy(() -> ask(router, "a1", 0)).hasMessageContaining("no adapter 'a1'");
            assertThat(model.peftConfig()).containsOnlyKeys("a0");
            router.register("a1", folders.resolve("nowhere"));
            assertThatThrownBy(() -> ask(router, "a1", 0))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("nowhere");
        }
    }

    /** A request that fails takes nobody else with it. */
    @Test
    void aWrongRequestFailsAlone() throws Exception {
        AtomicInteger failed = new AtomicInteger();
        try (AdapterRouter router = router(Long.MAX_VALUE)) {
            from8Threads(
                    () -> {
                        for (int i = 0; i < 20; i++) {
                            if (i % 5 == 4) {
                                try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
                                    ModelInput input = input(manager, new long[] {5, 1_000_000});
                                    assertThatThrownBy(() -> router.forward("a1", input))
                                            .hasMessageContaining("1000000");
                                    failed.incrementAndGet();
                                }
                            } else {
                                ask(router, i % 2 == 0 ? "a1" : "a2", i % TEXTS.length);
                            }
                        }
                        return null;
                    });
        }
        assertThat(failed).hasValue(32);
    }

    @AfterAll
    static void forget() {
        EXPECTED.clear();
    }
}
