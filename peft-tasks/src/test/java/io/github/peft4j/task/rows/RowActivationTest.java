package io.github.peft4j.task.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.PromptBatch;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.GradientCheck;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.ia3.IA3Config;
import io.github.peft4j.tuner.loha.LoHaConfig;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.oft.OFTConfig;
import io.github.peft4j.tuner.prompttuning.PromptTuningConfig;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each row of a batch gets what it gets in a batch under its own adapter. */
class RowActivationTest {

    private static final String BASE = RowActivation.BASE;

    /** Rows of one, two and four tokens; the longest comes first, so that packing turns them. */
    private static final long[][] IDS = {
        {5, 6, 7, 8, 9}, {9, 8, 0, 0, 0}, {4, 5, 6, 0, 0}, {7, 9, 0, 0, 0}
    };

    private static final long[][] MASK = {
        {1, 1, 1, 1, 1}, {1, 1, 0, 0, 0}, {1, 1, 1, 0, 0}, {1, 1, 0, 0, 0}
    };

    private static final List<String> ROWS = ImmutableList.of("a", "b", BASE, "a");

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private TransformerModel base;
    private PeftModel model;

    @AfterEach
    void close() {
        if (model != null) {
            model.close();
            base.close();
        }
        manager.close();
    }

    private void load(String name, TaskType task, PeftConfig a, PeftConfig b) throws IOException {
        base = Transformers.load(Golden.path("models/" + name), task);
        model = PeftModels.getPeftModel(base, a, "a");
        model.addAdapter("b", b);
        manager.getEngine().setRandomSeed(5);
        for (String adapter : ImmutableList.of("a", "b")) {
            for (Parameter p : model.adapter(adapter).trainable()) {
                Tensors.fill(p, manager.randomNormal(p.getShape()), 0.3);
            }
        }
    }

    private ModelInput input() {
        return ModelInput.of(manager.create(IDS), manager.create(MASK));
    }

    /** What a row gives in a batch that is all its own adapter's. */
    private NDArray alone(ModelInput input, int row) {
        String name = ROWS.get(row);
        Activation own = name.equals(BASE) ? Activation.none() : Activation.of(name);
        return model.forward(input, own).logits().get(new NDIndex().addIndices(row));
    }

    private void assertEachRowItsOwn(ModelInput input, NDArray mixed) {
        for (int row = 0; row < ROWS.size(); row++) {
            NDArray ours = mixed.get(new NDIndex().addIndices(row));
            Tensors.assertClose(ours, alone(input, row), Tensors.OUTPUT, "row " + row);
        }
        NDArray first = mixed.get("0");
        assertThat(
                        Tensors.relativeError(
                                first, model.forward(input, Activation.of("b")).logits().get("0")))
                .isGreaterThan(1e-3);
        assertThat(
                        Tensors.relativeError(
                                first, model.forward(input, Activation.none()).logits().get("0")))
                .isGreaterThan(1e-3);
    }

    static Stream<PeftConfig> encoders() {
        return Stream.of(
                LoraConfig.builder().optR(4).optTaskType(TaskType.SEQ_CLS).build(),
                LoraConfig.builder()
                        .optR(3)
                        .optTaskType(TaskType.SEQ_CLS)
                        .optTargetModules("word_embeddings", "key", "output.dense")
                        .build(),
                IA3Config.builder().optTaskType(TaskType.SEQ_CLS).build(),
                OFTConfig.builder()
                        .optTaskType(TaskType.SEQ_CLS)
                        .optOftBlockSize(4)
                        .optTargetModules("query", "value")
                        .build(),
                LoHaConfig.builder()
                        .optTaskType(TaskType.SEQ_CLS)
                        .optR(2)
                        .optTargetModules("query")
                        .build());
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void packedRowsOfAnEncoderMeetTheirAdaptersAndHeads(PeftConfig config) throws IOException {
        PeftConfig plain = LoraConfig.builder().optR(2).optTaskType(TaskType.SEQ_CLS).build();
        load("bert-seqcls", TaskType.SEQ_CLS, plain, plain);
        model.close();
        model = PeftModels.getPeftModel(base, config, "a");
        model.addAdapter("b", config);
        for (String adapter : ImmutableList.of("a", "b")) {
            for (Parameter p : model.adapter(adapter).trainable()) {
                Tensors.fill(p, manager.randomNormal(p.getShape()), 0.3);
            }
        }

        NDArray mixed = model.forward(input(), RowActivation.of(ROWS)).logits();

        assertEachRowItsOwn(input(), mixed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-causal", "gpt2-causal", "gemma2-causal"})
    void rowsOfADecoder(String name) throws IOException {
        LoraConfig.Builder config = LoraConfig.builder().optTaskType(TaskType.CAUSAL_LM);
        load(name, TaskType.CAUSAL_LM, config.optR(4).build(), config.optR(2).build());

        NDArray mixed = model.forward(input(), RowActivation.of(ROWS)).logits();

        assertEachRowItsOwn(input(), mixed);
    }

    @Test
    void theLossOfLabelledPositionsAlone() throws IOException {
        LoraConfig.Builder config =
                LoraConfig.builder()
                        .optTaskType(TaskType.CAUSAL_LM)
                        .optTargetModules("q_proj", "lm_head");
        load("llama-causal", TaskType.CAUSAL_LM, config.optR(4).build(), config.optR(2).build());
        ModelInput labelled = input().with(ModelInput.LABELS, labels());

        NDArray all = model.forward(labelled, RowActivation.of(ROWS)).loss();
        NDArray alone =
                model.forward(labelled.withLogits(LogitsToKeep.NONE), RowActivation.of(ROWS))
                        .loss();

        Tensors.assertClose(alone, all, Tensors.OUTPUT, "loss");
    }

    private NDArray labels() {
        return manager.create(
                new long[][] {
                    {-100, -100, 7, 8, 9},
                    {9, 8, -100, -100, -100},
                    {4, 5, 6, -100, -100},
                    {-100, 9, -100, -100, -100}
                });
    }

    /** The sum of losses over rows alone has the gradient of the batch. */
    @Test
    void eachAdapterLearnsFromItsRows() throws IOException {
        LoraConfig.Builder config =
                LoraConfig.builder().optTaskType(TaskType.CAUSAL_LM).optTargetModules("q_proj");
        load("llama-causal", TaskType.CAUSAL_LM, config.optR(4).build(), config.optR(2).build());
        model.setAdapter("a", "b");

        Map<String, NDArray> together =
                gradients(
                        () ->
                                model.forward(
                                                input(),
                                                RowActivation.of(ROWS),
                                                model.newStore(),
                                                true)
                                        .logits()
                                        .square()
                                        .sum());
        Map<String, NDArray> apart =
                gradients(
                        () -> {
                            NDArray sum = null;
                            for (int row = 0; row < ROWS.size(); row++) {
                                if (!ROWS.get(row).equals(BASE)) {
                                    NDArray own = ofRow(row).square().sum();
                                    sum = sum == null ? own : sum.add(own);
                                }
                            }
                            return sum;
                        });

        assertThat(together).hasSizeGreaterThan(4).containsOnlyKeys(apart.keySet());
        together.forEach(
                (name, gradient) ->
                        Tensors.assertClose(
                                gradient, Tensors.get(apart, name), Tensors.GRADIENT, name));
    }

    private NDArray ofRow(int row) {
        RowActivation all =
                new RowActivation(
                        ImmutableList.of(
                                Activation.of(ROWS.get(row)),
                                Activation.of(ROWS.get(row)),
                                Activation.of(ROWS.get(row)),
                                Activation.of(ROWS.get(row))));
        return model.forward(input(), all, model.newStore(), true)
                .logits()
                .get(new NDIndex().addIndices(row));
    }

    private Map<String, NDArray> gradients(Supplier<NDArray> loss) {
        model.trainableTensors().values().forEach(p -> p.getArray().setRequiresGradient(true));
        try (var collector = manager.getEngine().newGradientCollector()) {
            collector.zeroGradients();
            NDArray value = loss.get();
            GradientCheck.collectGarbage(manager);
            collector.backward(value);
        }
        Map<String, NDArray> all = new HashMap<>();
        model.trainableTensors()
                .forEach((name, p) -> all.put(name, p.getArray().getGradient().duplicate()));
        return all;
    }

    @Test
    void rowsOfAnEncoderDecoder() throws IOException {
        LoraConfig.Builder config = LoraConfig.builder().optTaskType(TaskType.SEQ_2_SEQ_LM);
        load("t5-seq2seq", TaskType.SEQ_2_SEQ_LM, config.optR(4).build(), config.optR(2).build());
        ModelInput input = input().with(ModelInput.LABELS, labels());

        NDArray mixed = model.forward(input, RowActivation.of(ROWS)).logits();
        NDArray packed =
                model.forward(input.withLogits(LogitsToKeep.NONE), RowActivation.of(ROWS)).loss();

        assertEachRowItsOwn(input, mixed);
        Tensors.assertClose(
                packed,
                model.forward(input, RowActivation.of(ROWS)).loss(),
                Tensors.OUTPUT,
                "loss");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void promptsAreAnsweredByTheirAdapters(int beams) throws IOException {
        LoraConfig.Builder config = LoraConfig.builder().optTaskType(TaskType.CAUSAL_LM);
        load("llama-causal", TaskType.CAUSAL_LM, config.optR(4).build(), config.optR(2).build());
        PromptBatch prompts =
                PromptBatch.of(new long[][] {{7, 9, 8}, {7, 5, 6}, {4, 5, 9}, {8, 8, 4}});
        GenerationConfig greedy =
                GenerationConfig.builder().optMaxNewTokens(7).optNumBeams(beams).build();

        var mixed =
                Generator.of(model, RowActivation.of(ROWS)).generate(prompts, greedy).sequences();

        for (int row = 0; row < ROWS.size(); row++) {
            String name = ROWS.get(row);
            Activation own = name.equals(BASE) ? Activation.none() : Activation.of(name);
            assertThat(mixed.get(row))
                    .isEqualTo(
                            Generator.of(model, own)
                                    .generate(prompts, greedy)
                                    .sequences()
                                    .get(row));
        }
        assertThatThrownBy(
                        () ->
                                Generator.of(model, RowActivation.of("a", "b"))
                                        .generate(prompts, greedy))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("names 2 adapters, and the batch has 4 rows");
    }

    /** Both look for the same tokens, and each has its own rows of what they find. */
    @Test
    void activatedAdaptersFindTheirInvocationsInTheirRows() throws IOException {
        LoraConfig.Builder config =
                LoraConfig.builder()
                        .optTaskType(TaskType.CAUSAL_LM)
                        .optTargetModules("q_proj", "up_proj")
                        .optAloraInvocationTokens(9, 8);
        load("llama-causal", TaskType.CAUSAL_LM, config.optR(4).build(), config.optR(2).build());
        PromptBatch prompts =
                PromptBatch.of(
                        new long[][] {{7, 9, 8, 4}, {5, 9, 8, 6}, {4, 5, 9, 8}, {8, 8, 4, 9}});
        GenerationConfig greedy = GenerationConfig.builder().optMaxNewTokens(6).build();

        var mixed =
                Generator.of(model, RowActivation.of(ROWS)).generate(prompts, greedy).sequences();

        for (int row = 0; row < ROWS.size(); row++) {
            String name = ROWS.get(row);
            Activation own = name.equals(BASE) ? Activation.none() : Activation.of(name);
            assertThat(mixed.get(row))
                    .as("row %s", row)
                    .isEqualTo(
                            Generator.of(model, own)
                                    .generate(prompts, greedy)
                                    .sequences()
                                    .get(row));
        }
    }

    @Test
    void whatCannotActOnSomeRowsIsRefused() throws IOException {
        LoraConfig.Builder config = LoraConfig.builder().optTaskType(TaskType.CAUSAL_LM);
        load("llama-causal", TaskType.CAUSAL_LM, config.build(), config.optUseDora(true).build());

        assertThatThrownBy(() -> model.forward(input(), RowActivation.of(ROWS)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("use_dora");
        assertThatThrownBy(() -> model.forward(input(), RowActivation.of("a", BASE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("names 2 adapters, and the batch has 4 rows");
        assertThatThrownBy(() -> model.forward(input(), RowActivation.of("a", "c", "a", "a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'c'");
        model.mergeAdapter("a");
        assertThatThrownBy(() -> model.forward(input(), RowActivation.of("a", BASE, BASE, BASE)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("unmergeAdapter()");
    }

    @Test
    void promptsAndSharedTablesAreRefused() throws IOException {
        PromptTuningConfig prompts =
                PromptTuningConfig.builder()
                        .setNumVirtualTokens(2)
                        .optTaskType(TaskType.CAUSAL_LM)
                        .build();
        load("llama-causal", TaskType.CAUSAL_LM, prompts, prompts);

        assertThatThrownBy(() -> model.forward(input(), RowActivation.of(ROWS)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("change the inputs of the whole model");
        model.close();
        base.close();
        LoraConfig keys =
                LoraConfig.builder()
                        .optTaskType(TaskType.TOKEN_CLS)
                        .optTargetModules("pos_key_proj")
                        .build();
        load("deberta-v2-tokcls", TaskType.TOKEN_CLS, keys, keys);
        assertThatThrownBy(() -> model.forward(input(), RowActivation.of(ROWS)))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("distances between tokens");
    }

    /** Rows of the same activation are a plain batch, whatever the method. */
    @Test
    void rowsThatAgreeAreAPlainBatch() throws IOException {
        LoraConfig.Builder config = LoraConfig.builder().optTaskType(TaskType.SEQ_CLS);
        load("bert-seqcls", TaskType.SEQ_CLS, config.optR(4).build(), config.optR(2).build());
        NDArray alike = model.forward(input(), RowActivation.of("b", "b", "b", "b")).logits();

        Tensors.assertClose(
                alike, model.forward(input(), Activation.of("b")).logits(), Tensors.OUTPUT, "b");
        assertThat(ImmutableMap.copyOf(model.peftConfig())).containsOnlyKeys("a", "b");
    }
}
