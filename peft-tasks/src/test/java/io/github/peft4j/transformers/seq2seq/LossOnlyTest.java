package io.github.peft4j.transformers.seq2seq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the loss alone is wanted, padding is left out, and nothing else changes. */
class LossOnlyTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private static Path folder(String name) {
        return name.startsWith("m") || name.equals("t5-tokcls") || name.equals("t5-seqcls")
                ? Seq2SeqFiles.own(name)
                : Golden.path("models/" + name);
    }

    private ModelInput input(String name) throws IOException {
        Path own = folder(name).resolve("expected.safetensors");
        Path file =
                own.toFile().exists() ? own : folder(name).resolve("expected/forward.safetensors");
        return ModelInput.of(Seq2SeqFiles.tensors(manager, file, "in."));
    }

    private static TransformerModel load(String name) throws IOException {
        return Seq2SeqFiles.load(folder(name), head(name));
    }

    private static AutoClass head(String name) {
        if (name.endsWith("seqcls")) {
            return AutoClass.SEQUENCE_CLASSIFICATION;
        }
        return name.endsWith("tokcls") ? AutoClass.TOKEN_CLASSIFICATION : AutoClass.SEQ_2_SEQ_LM;
    }

    /** Adapters that do something, in both halves and between them. */
    private PeftModel adapted(TransformerModel base, TaskType task) {
        String[] targets =
                base.info().className().contains("Bart")
                        ? new String[] {"q_proj", "v_proj", "fc2"}
                        : new String[] {"q", "v", "wo"};
        Engine.getEngine("PyTorch").setRandomSeed(1);
        PeftModel model =
                PeftModels.getPeftModel(
                        base,
                        LoraConfig.builder()
                                .optTaskType(task)
                                .optR(4)
                                .optTargetModules(targets)
                                .build());
        model.trainableTensors()
                .forEach(
                        (key, p) ->
                                Tensors.fill(
                                        p,
                                        manager.randomNormal(p.getArray().getShape()),
                                        key.contains("lora_") ? 0.2 : 0.5));
        return model;
    }

    /**
     * The loss, and each adapter tensor's gradient; packed if the encoder's output is not there.
     */
    private Map<String, NDArray> gradients(PeftModel model, ModelInput input, boolean packed) {
        Map<String, NDArray> result = new LinkedHashMap<>();
        try (Gradients on = Gradients.on()) {
            ModelOutput output = model.forward(input, model.newStore(), true);
            boolean isPacked = output.get(ModelOutput.ENCODER_LAST_HIDDEN_STATE).isEmpty();
            assertThat(isPacked).as("packed").isEqualTo(packed);
            Gradients.backward(output.loss());
            result.put("loss", output.loss());
        }
        model.trainableTensors()
                .forEach(
                        (key, parameter) -> {
                            NDArray array = parameter.getArray();
                            try (NDArray gradient = array.getGradient()) {
                                result.put(
                                        key,
                                        manager.create(
                                                gradient.toFloatArray(), gradient.getShape()));
                            }
                            Gradients.zero(array);
                        });
        return result;
    }

    private void assertSame(PeftModel model, ModelInput input) {
        Map<String, NDArray> padded = gradients(model, input, false);
        Map<String, NDArray> packed = gradients(model, input.withLogits(LogitsToKeep.NONE), true);

        assertThat(packed.keySet()).isEqualTo(padded.keySet()).hasSizeGreaterThan(20);
        padded.forEach(
                (key, array) ->
                        Tensors.assertClose(
                                Tensors.get(packed, key),
                                array,
                                key.equals("loss") ? 1e-6 : Tensors.GRADIENT,
                                key));
    }

    @ParameterizedTest
    @CsvSource({
        "t5-seq2seq, SEQ_2_SEQ_LM",
        "flan-t5-seq2seq, SEQ_2_SEQ_LM",
        "mt5-seq2seq, SEQ_2_SEQ_LM",
        "bart-seq2seq, SEQ_2_SEQ_LM",
        "mbart-seq2seq, SEQ_2_SEQ_LM",
        "bart-seqcls, SEQ_CLS",
        "t5-seqcls, SEQ_CLS",
    })
    void givesTheLossAndGradientsOfPaddedBatches(String name, TaskType task) throws IOException {
        try (TransformerModel base = load(name);
                PeftModel model = adapted(base, task)) {
            assertSame(model, input(name));
        }
    }

    @Test
    void givesThemForTokensOfAnEncoderAlone() throws IOException {
        try (TransformerModel base = load("t5-tokcls");
                PeftModel model = adapted(base, TaskType.TOKEN_CLS)) {
            ModelInput input = input("t5-tokcls");
            ModelOutput padded = model.forward(input);
            ModelOutput packed = model.forward(input.withLogits(LogitsToKeep.NONE));

            Tensors.assertClose(packed.loss(), padded.loss(), 1e-6, "loss");
            assertThat(padded.get(ModelOutput.LOGITS)).isPresent();
            assertThat(packed.get(ModelOutput.LOGITS)).isEmpty();
        }
    }

    /** Padding of one side is enough, and padding on the left is padding too. */
    @ParameterizedTest
    @CsvSource({
        "t5-seq2seq, right",
        "t5-seq2seq, left",
        "bart-seq2seq, right",
        "bart-seq2seq, left"
    })
    void packsWhereOnlyOneSideHasPadding(String name, String side) throws IOException {
        try (TransformerModel base = load(name);
                PeftModel model = adapted(base, TaskType.SEQ_2_SEQ_LM)) {
            ModelInput input = input(name);
            NDArray full = manager.create(new long[] {5, 6, 7, 8, 9, 10}, new Shape(3, 2));
            boolean left = side.equals("left");
            long[] mask = left ? new long[] {0, 0, 1, 0, 1, 1, 1, 1, 1} : ones(9);
            NDArray ids = manager.create(new long[] {3, 4, 5, 6, 7, 8, 9, 10, 11}, new Shape(3, 3));
            ModelInput labelled =
                    input.with(ModelInput.INPUT_IDS, ids)
                            .with(ModelInput.ATTENTION_MASK, manager.create(mask, new Shape(3, 3)));

            assertSame(model, left ? labelled.with(ModelInput.LABELS, full) : labelled);
        }
    }

    private static long[] ones(int count) {
        long[] ones = new long[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** BART counts its positions before padding is dropped; T5 knows distances alone. */
    @Test
    void keepsPaddingBetweenTokensWhereDistancesCount() throws IOException {
        for (String name : new String[] {"t5-seq2seq", "bart-seq2seq"}) {
            try (TransformerModel base = load(name);
                    PeftModel model = adapted(base, TaskType.SEQ_2_SEQ_LM)) {
                ModelInput input = input(name);
                NDArray mask = Tensors.get(input.arrays(), ModelInput.ATTENTION_MASK);
                long[] values = mask.toLongArray();
                values[2] = 0;
                ModelInput gap =
                        input.with(
                                ModelInput.ATTENTION_MASK, manager.create(values, mask.getShape()));

                Map<String, NDArray> padded = gradients(model, gap, false);
                Map<String, NDArray> lossOnly =
                        gradients(
                                model, gap.withLogits(LogitsToKeep.NONE), name.startsWith("bart"));

                padded.forEach(
                        (key, array) ->
                                Tensors.assertClose(
                                        Tensors.get(lossOnly, key), array, Tensors.GRADIENT, key));
            }
        }
    }

    /** A row without labels has nothing to say, but must not disturb the others. */
    @Test
    void leavesOutRowsWithoutLabels() throws IOException {
        try (TransformerModel base = load("bart-seq2seq");
                PeftModel model = adapted(base, TaskType.SEQ_2_SEQ_LM)) {
            ModelInput input = input("bart-seq2seq");
            NDArray labels = Tensors.get(input.arrays(), ModelInput.LABELS);
            long[] values = labels.toLongArray();
            Arrays.fill(values, 0, 7, -100);

            assertSame(
                    model,
                    input.with(ModelInput.LABELS, manager.create(values, labels.getShape())));
        }
    }

    /** A mask of the caller's own may hide what its labels ask for. */
    @Test
    void keepsPaddingWhereTheDecoderHasAMask() throws IOException {
        try (TransformerModel base = load("t5-seq2seq");
                PeftModel model = adapted(base, TaskType.SEQ_2_SEQ_LM)) {
            ModelInput input = input("t5-seq2seq");
            long[] mask = ones(21);
            mask[3] = 0;
            ModelInput masked =
                    input.with(
                            ModelInput.DECODER_ATTENTION_MASK,
                            manager.create(mask, new Shape(3, 7)));

            NDArray padded = Tensors.get(gradients(model, masked, false), "loss");
            NDArray lossOnly =
                    Tensors.get(
                            gradients(model, masked.withLogits(LogitsToKeep.NONE), false), "loss");

            Tensors.assertClose(lossOnly, padded, 1e-6, "loss");
        }
    }

    @Test
    void refusesBatchesWhoseRowsDoNotMeet() throws IOException {
        try (TransformerModel base = load("t5-seq2seq")) {
            ModelInput input = input("t5-seq2seq").withLogits(LogitsToKeep.NONE);
            NDArray labels = Tensors.get(input.arrays(), ModelInput.LABELS);
            ModelInput fewer = input.with(ModelInput.LABELS, labels.get("0:2"));

            assertThatThrownBy(() -> base.forward(fewer))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("The encoder has 3 rows, the decoder 2");
        }
    }

    /** The adapted output layer cannot take the short way, and gives the same. */
    @Test
    void adaptsTheOutputLayerAlone() throws IOException {
        try (TransformerModel base = load("flan-t5-seq2seq");
                PeftModel model =
                        PeftModels.getPeftModel(
                                base,
                                LoraConfig.builder()
                                        .optTaskType(TaskType.SEQ_2_SEQ_LM)
                                        .optR(2)
                                        .optTargetModules("lm_head")
                                        .build())) {
            for (Parameter p : model.trainableTensors().values()) {
                Tensors.fill(p, manager.randomNormal(p.getArray().getShape()), 0.3);
            }
            ModelInput input = input("flan-t5-seq2seq");

            Map<String, NDArray> padded = gradients(model, input, false);
            Map<String, NDArray> packed =
                    gradients(model, input.withLogits(LogitsToKeep.NONE), true);

            padded.forEach(
                    (key, array) ->
                            Tensors.assertClose(
                                    Tensors.get(packed, key), array, Tensors.GRADIENT, key));
        }
    }
}
