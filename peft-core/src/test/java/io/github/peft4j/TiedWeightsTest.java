package io.github.peft4j;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.tuner.lora.InitLoraWeights;
import io.github.peft4j.tuner.lora.LoraConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an adapter does to one of two layers that share a weight stays with that layer. */
class TiedWeightsTest {

    private static final String WORDS = "base_model.model.words.weight";
    private static final String OUT = "base_model.model.out.weight";

    private final TiedLayers tied = new TiedLayers();
    private final NDManager scope = NDManager.newBaseManager("PyTorch");
    private final NDArray weight = array("words.weight");

    @AfterEach
    void close() {
        scope.close();
        tied.close();
    }

    private NDArray array(String name) {
        return Tensors.get(tied.model.parameters(), name).getArray();
    }

    /** LoRA on the middle that does nothing yet, and copies of these modules. */
    private PeftModel copying(String... modules) {
        return PeftModels.getPeftModel(
                tied,
                LoraConfig.builder()
                        .optR(2)
                        .optTargetModules("middle")
                        .optModulesToSave(modules)
                        .build());
    }

    /** LoRA that acts on these layers. */
    private PeftModel adapting(String... layers) {
        return PeftModels.getPeftModel(
                tied,
                LoraConfig.builder()
                        .optR(2)
                        .optInitLoraWeights(InitLoraWeights.FALSE)
                        .optTargetModules(layers)
                        .build());
    }

    /** Puts other numbers into a copy of a module. */
    private NDArray fill(PeftModel model, String key) {
        Parameter copy = Tensors.get(model.adapter("default").tensors(), key);
        NDArray numbers = scope.randomNormal(copy.getShape());
        Tensors.fill(copy, numbers, 1);
        return numbers;
    }

    /** The model's definition. */
    private NDArray logits(NDArray words, NDArray out) {
        NDArray ids = scope.create(TiedLayers.IDS);
        NDArray middle = Ops.linear(Ops.embedding(ids, words), array("middle.weight"), null);
        return Ops.linear(middle, out, null);
    }

    private static void assertSame(NDArray ours, NDArray theirs) {
        Tensors.assertClose(ours, theirs, 1e-6, "logits");
    }

    @Test
    void aCopyOfTheTableLeavesTheOutputAlone() {
        try (PeftModel model = copying("words")) {
            assertThat(model.trainableTensors()).containsKey(WORDS).doesNotContainKey(OUT);
            NDArray words = fill(model, WORDS);

            assertSame(model.forward(tied.input).logits(), logits(words, weight));
        }
    }

    @Test
    void aCopyOfTheOutputLeavesTheTableAlone() {
        try (PeftModel model = copying("out")) {
            assertThat(model.trainableTensors()).containsKey(OUT).doesNotContainKey(WORDS);
            NDArray out = fill(model, OUT);

            assertSame(model.forward(tied.input).logits(), logits(weight, out));
        }
    }

    @Test
    void bothMayBeCopiedApart() {
        try (PeftModel model = copying("words", "out")) {
            NDArray words = fill(model, WORDS);
            NDArray out = fill(model, OUT);

            assertSame(model.forward(tied.input).logits(), logits(words, out));
        }
    }

    @Test
    void aMergedCopyHasAWeightOfItsOwn() {
        try (PeftModel model = copying("words")) {
            NDArray words = fill(model, WORDS);
            try (MergedModel merged = model.mergeAndUnload()) {
                assertSame(merged.forward(tied.input).logits(), logits(words, weight));
                assertThat(Tensors.get(merged.parameters(), "out.weight").getArray())
                        .isSameAs(weight);
                assertThat(Tensors.get(merged.parameters(), "words.weight").getArray())
                        .isEqualTo(words);
            }
        }
    }

    @Test
    void anAdapterMergesIntoItsOwnLayerAlone() {
        for (String layer : new String[] {"words", "out"}) {
            try (PeftModel model = adapting(layer)) {
                NDArray before = model.forward(tied.input).logits();
                assertThat(Tensors.relativeError(before, logits(weight, weight)))
                        .isGreaterThan(0.01);

                try (MergedModel merged = model.mergeAndUnload()) {
                    assertSame(merged.forward(tied.input).logits(), before);
                    for (LayerSite site : merged.sites()) {
                        boolean shared = site.requireWeight().getArray() == weight;
                        assertThat(shared)
                                .as(site.path())
                                .isEqualTo(
                                        !site.path().equals(layer)
                                                && !site.path().equals("middle"));
                    }
                }
                model.mergeAdapter();
                assertSame(model.forward(tied.input).logits(), before);
                model.unmergeAdapter();
                assertSame(model.forward(tied.input).logits(), before);
            }
        }
    }

    @Test
    void warnsThatPythonMergesIntoBothLayers() {
        try (PeftModel model = adapting("out")) {
            assertThat(model.loadReport("default").warnings())
                    .containsExactly(
                            "The layers out and words share one weight (tie_word_embeddings)."
                                    + " Without ensure_weight_tying the adapter acts on out alone,"
                                    + " here also when it is merged; Python PEFT changes both when"
                                    + " it merges.");
        }
        try (PeftModel model = adapting("middle")) {
            assertThat(model.loadReport("default").warnings()).isEmpty();
        }
    }

    @Test
    void aModelMergedApartMergesAgain() {
        try (PeftModel first = copying("words")) {
            NDArray words = fill(first, WORDS);
            try (MergedModel merged = first.mergeAndUnload();
                    PeftModel over =
                            PeftModels.getPeftModel(
                                    merged,
                                    LoraConfig.builder()
                                            .optR(2)
                                            .optTargetModules("middle")
                                            .optModulesToSave("out")
                                            .build())) {
                NDArray out = fill(over, OUT);
                assertSame(over.forward(tied.input).logits(), logits(words, out));

                try (MergedModel twice = over.mergeAndUnload()) {
                    assertSame(twice.forward(tied.input).logits(), logits(words, out));
                    assertThat(twice.parameters().keySet())
                            .containsExactlyInAnyOrder(
                                    "words.weight", "middle.weight", "out.weight");
                }
            }
        }
    }

    @Test
    void whatNobodyChangesHasOneName() {
        try (PeftModel model = adapting("middle");
                MergedModel merged = model.mergeAndUnload()) {
            assertThat(merged.parameters().keySet())
                    .containsExactly("words.weight", "middle.weight");
        }
    }
}
