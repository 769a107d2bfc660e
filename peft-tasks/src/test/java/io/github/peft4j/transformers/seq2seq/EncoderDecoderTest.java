package io.github.peft4j.transformers.seq2seq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.LeakCheck;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.part.DynamicCache;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncoderDecoderTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private static TransformerModel load(String name) throws IOException {
        return Seq2SeqFiles.load(folder(name), AutoClass.SEQ_2_SEQ_LM);
    }

    private static Path folder(String name) {
        return name.startsWith("m") ? Seq2SeqFiles.own(name) : Golden.path("models/" + name);
    }

    private ModelInput input(String name) throws IOException {
        String file =
                name.startsWith("m") ? "expected.safetensors" : "expected/forward.safetensors";
        return ModelInput.of(Seq2SeqFiles.tensors(manager, folder(name).resolve(file), "in."));
    }

    private NDArray get(ModelInput input, String name) {
        return Tensors.get(input.arrays(), name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"t5-seq2seq", "bart-seq2seq", "mbart-seq2seq"})
    void doesNotRunTheEncoderWhoseOutputIsGiven(String name) throws IOException {
        try (TransformerModel model = load(name)) {
            ModelInput input = input(name);
            ModelOutput whole = model.forward(input);
            NDArray encoded = whole.get(ModelOutput.ENCODER_LAST_HIDDEN_STATE).orElseThrow();

            ModelInput decoderOnly =
                    input.without(ModelInput.INPUT_IDS).with(ModelInput.ENCODER_OUTPUTS, encoded);
            ModelInput doubled = input.with(ModelInput.ENCODER_OUTPUTS, encoded.add(encoded));

            Tensors.assertClose(
                    model.forward(decoderOnly).logits(), whole.logits(), 1e-6, "logits");
            assertThat(Tensors.relativeError(model.forward(doubled).logits(), whole.logits()))
                    .isGreaterThan(1e-3);
            assertThat(encoded.isReleased()).isFalse();
        }
    }

    /** Token by token and several at once, over keys and values that the cache keeps. */
    @ParameterizedTest
    @ValueSource(strings = {"t5-seq2seq", "mt5-seq2seq", "bart-seq2seq", "mbart-seq2seq"})
    void stepsOverACacheEqualTheWholeCall(String name) throws IOException {
        try (TransformerModel model = load(name);
                DynamicCache cache = new DynamicCache(manager, 7)) {
            ModelInput labelled = input(name);
            NDArray labels = get(labelled, ModelInput.LABELS);
            NDArray ids = new ShiftRight.FromStart(0, 1).of(labels);
            ModelInput input =
                    labelled.without(ModelInput.LABELS).with(ModelInput.DECODER_INPUT_IDS, ids);
            ModelOutput whole = model.forward(input);
            NDArray encoded = whole.get(ModelOutput.ENCODER_LAST_HIDDEN_STATE).orElseThrow();
            ModelInput step =
                    input.without(ModelInput.INPUT_IDS)
                            .with(ModelInput.ENCODER_OUTPUTS, encoded)
                            .withCache(cache);

            int length = (int) ids.getShape().get(1);
            for (int from = 0; from < length; ) {
                int to = from == 1 ? 3 : from + 1;
                NDArray part = ids.get(":, {}:{}", from, to);
                ModelOutput output = model.forward(step.with(ModelInput.DECODER_INPUT_IDS, part));

                Tensors.assertClose(
                        output.logits(),
                        whole.logits().get(":, {}:{}", from, to),
                        Tensors.OUTPUT,
                        "logits from " + from);
                from = to;
            }
            assertThat(cache.length()).isEqualTo(length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"t5-seq2seq", "bart-seq2seq", "mbart-seq2seq"})
    void embeddingsTakeThePlaceOfBothKindsOfIds(String name) throws IOException {
        try (TransformerModel model = load(name);
                Gradients off = Gradients.off()) {
            ModelInput input = input(name).without(ModelInput.LABELS);
            NDArray ids = get(input, ModelInput.INPUT_IDS);
            ModelInput byId = input.with(ModelInput.DECODER_INPUT_IDS, ids);
            NDArray embeddings = embedded(model, ids);
            ModelInput byEmbedding =
                    input.without(ModelInput.INPUT_IDS)
                            .with(ModelInput.INPUTS_EMBEDS, embeddings)
                            .with(ModelInput.DECODER_INPUTS_EMBEDS, embeddings);

            Tensors.assertClose(
                    model.forward(byEmbedding).logits(),
                    model.forward(byId).logits(),
                    1e-6,
                    "logits");
            assertThat(embeddings.isReleased()).isFalse();
        }
    }

    /** As a prompt method looks words up: by the path of the token embedding alone. */
    private NDArray embedded(TransformerModel model, NDArray ids) {
        String path = String.valueOf(model.info().inputEmbedding());
        for (LayerSite site : model.sites()) {
            if (site.path().equals(path)) {
                ParameterStore store = new ParameterStore(manager, false);
                return ((Embedding) site.block())
                        .forward(AdapterPass.over(store, manager, false), ids);
            }
        }
        throw new AssertionError("No module " + path);
    }

    @Test
    void takesDecoderIdsOfAPlainBlockByName() throws IOException {
        try (TransformerModel model = load("t5-seq2seq")) {
            ModelInput input = input("t5-seq2seq");
            NDArray ids = get(input, ModelInput.INPUT_IDS);
            NDArray mask = get(input, ModelInput.ATTENTION_MASK);
            NDArray decoded = ids.duplicate();
            ids.setName(ModelInput.INPUT_IDS);
            mask.setName(ModelInput.ATTENTION_MASK);
            decoded.setName(ModelInput.DECODER_INPUT_IDS);
            ModelInput made = model.toInput(new NDList(ids, mask, decoded), new NDList());

            assertThat(made.get(ModelInput.DECODER_INPUT_IDS)).isSameAs(decoded);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"t5-seq2seq", "bart-seq2seq"})
    void leavesNoArrayBehind(String name) throws IOException {
        try (TransformerModel model = load(name)) {
            ModelInput input = input(name);
            int growth =
                    LeakCheck.growth(
                            () -> {
                                try (NDManager step = manager.newSubManager()) {
                                    ModelInput own = input;
                                    for (Map.Entry<String, NDArray> e : input.arrays().entrySet()) {
                                        NDArray alias = e.getValue().stopGradient();
                                        alias.attach(step);
                                        own = own.with(e.getKey(), alias);
                                    }
                                    model.forward(own);
                                    model.forward(own.withLogits(LogitsToKeep.NONE));
                                }
                            });

            assertThat(growth).isZero();
        }
    }

    @Test
    void saysWhatTheDecoderCouldRead() throws IOException {
        try (TransformerModel t5 = load("t5-seq2seq")) {
            ModelInput input = input("t5-seq2seq");
            ModelInput nothing = input.without(ModelInput.LABELS);

            assertThatThrownBy(() -> t5.forward(nothing))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("The decoder has nothing to read")
                    .hasMessageContaining("Give decoder_input_ids, or labels.");

            NDArray ids = get(input, ModelInput.INPUT_IDS);
            ModelInput both =
                    nothing.with(ModelInput.DECODER_INPUT_IDS, ids)
                            .with(ModelInput.DECODER_INPUTS_EMBEDS, ids);

            assertThatThrownBy(() -> t5.forward(both))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("both given. Give one of them.");

            ModelInput flat = nothing.with(ModelInput.DECODER_INPUT_IDS, ids.get(0));

            assertThatThrownBy(() -> t5.forward(flat))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("What the decoder reads is (9)");
        }
    }

    @Test
    void refusesIdsOutsideTheVocabularyOnBothSides() throws IOException {
        try (TransformerModel model = load("t5-seq2seq")) {
            ModelInput input = input("t5-seq2seq").without(ModelInput.LABELS);
            NDArray good = manager.zeros(new Shape(3, 2), DataType.INT64);
            NDArray bad = manager.create(new long[] {0, 1, 2, 176, 4, 5}, new Shape(3, 2));

            assertThatThrownBy(() -> model.forward(input.with(ModelInput.DECODER_INPUT_IDS, bad)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("176")
                    .hasMessageContaining("rows 0 to 175");
            assertThatThrownBy(
                            () ->
                                    model.forward(
                                            input.without(ModelInput.ATTENTION_MASK)
                                                    .with(ModelInput.INPUT_IDS, bad)
                                                    .with(ModelInput.DECODER_INPUT_IDS, good)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("176");
        }
    }
}
