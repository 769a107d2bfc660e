package io.github.peft4j.task.train.frozen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.GoldenCase;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.prompttuning.PromptTuningConfig;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrozenLayerCacheTest {

    private static final LabelledRows ROWS = LabelledRows.of(TaskType.SEQ_CLS, 8, 1);
    private static final long ROOM = 1 << 20;
    private static final int HIDDEN_BYTES = 32 * Float.BYTES;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private TransformerModel base;
    private PeftModel model;

    @BeforeEach
    void load() throws IOException {
        base = FrozenModels.base("bert-seqcls", TaskType.SEQ_CLS);
        model = FrozenModels.lora(base, TaskType.SEQ_CLS, 1);
    }

    @AfterEach
    void close() {
        model.close();
        base.close();
        manager.close();
    }

    private static int tokens(int... indices) {
        int tokens = 0;
        for (int index : indices) {
            tokens += ROWS.length(index);
        }
        return tokens;
    }

    private ModelInput input(int... indices) {
        return ROWS.batch(indices).toInput(manager).withLogits(LogitsToKeep.NONE);
    }

    private ModelOutput train(ModelInput input) {
        return model.forward(input, model.newStore(), true);
    }

    private byte[] logits(ModelInput input) {
        return Tensors.bytes(train(input).logits());
    }

    @Test
    void beginsAboveTheFrozenLayersWhereRowsComeAgainInOtherBatches() throws IOException {
        try (FrozenLayerCache cache = FrozenLayerCache.open(model, ROOM, 0)) {
            train(cache.over(input(0, 1, 2)));
            train(cache.over(input(3, 4)));
            assertThat(cache.use())
                    .isEqualTo(
                            new FrozenLayerUse(
                                    5, (long) tokens(0, 1, 2, 3, 4) * HIDDEN_BYTES, 1, 2, 0));

            byte[] known = logits(cache.over(input(4, 2, 0)));

            assertThat(cache.use().known()).isEqualTo(1);
            assertThat(known).isEqualTo(logits(input(4, 2, 0)));
        }
    }

    @Test
    void takesNoOtherRowForAKnownOne() throws IOException {
        try (FrozenLayerCache cache = FrozenLayerCache.open(model, ROOM, 0)) {
            train(cache.over(input(0, 1)));
            UnaryOperator<ModelInput> otherMask =
                    call ->
                            call.with(
                                    ModelInput.ATTENTION_MASK,
                                    maskWithoutSecond(call.inputIds().getShape().get(1)));
            UnaryOperator<ModelInput> otherTypes =
                    call -> call.with(ModelInput.TOKEN_TYPE_IDS, call.inputIds().onesLike());
            UnaryOperator<ModelInput> otherIds =
                    call ->
                            call.with(
                                    ModelInput.INPUT_IDS,
                                    manager.create(ROWS.rows().get(0)).addi(1).expandDims(0));

            for (UnaryOperator<ModelInput> other : List.of(otherMask, otherTypes, otherIds)) {
                assertThat(logits(cache.over(other.apply(input(0)))))
                        .isEqualTo(logits(other.apply(input(0))));
            }

            assertThat(cache.use().known()).isZero();
            assertThat(cache.use().rows()).isEqualTo(5);
        }
    }

    private NDArray maskWithoutSecond(long width) {
        long[] mask = new long[(int) width];
        Arrays.fill(mask, 1);
        mask[1] = 0;
        return manager.create(mask).expandDims(0);
    }

    @Test
    void keepsEvaluatedRowsApart() throws IOException {
        try (FrozenLayerCache cache = FrozenLayerCache.open(model, ROOM, 0)) {
            train(cache.over(input(0, 1)));

            model.forward(cache.overEvaluated(input(0, 1)));
            assertThat(cache.use().known()).isZero();
            model.forward(cache.overEvaluated(input(0, 1)));

            assertThat(cache.use().known()).isEqualTo(1);
        }
    }

    @Test
    void computesWhatItHasNoRoomFor() throws IOException {
        long room = (long) tokens(0, 1) * HIDDEN_BYTES;
        try (FrozenLayerCache cache = FrozenLayerCache.open(model, room, 0)) {
            train(cache.over(input(0, 1)));
            train(cache.over(input(2)));

            byte[] unknown = logits(cache.over(input(2, 0)));

            assertThat(cache.use()).isEqualTo(new FrozenLayerUse(2, room, 1, 3, 0));
            assertThat(unknown).isEqualTo(logits(input(2, 0)));
        }
    }

    @Test
    void refusesMoreRowsThanItHasRoomFor() throws IOException {
        try (FrozenLayerCache cache = FrozenLayerCache.open(model, 1000, 8)) {
            assertThatThrownBy(() -> train(cache.over(input(0))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "The outputs of the frozen layers take 1024 bytes: 8 tokens of 32"
                                    + " numbers. frozen_layer_cache_bytes is 1000. Raise it, or"
                                    + " leave it out.");
        }
    }

    @Test
    void refusesARoomOfNothing() {
        assertThatThrownBy(() -> FrozenLayerCache.open(model, 0, 0))
                .hasMessage("A cache of 0 bytes holds nothing. Give at least 1.");
    }

    @Test
    void refusesDropoutInFrozenLayers() throws IOException {
        try (TransformerModel dropping =
                        Transformers.load(
                                GoldenCase.directory("bert-seqcls"),
                                TaskType.SEQ_CLS,
                                LoadOptions.DEFAULT);
                PeftModel adapted = FrozenModels.lora(dropping, TaskType.SEQ_CLS, 1);
                FrozenLayerCache cache = FrozenLayerCache.open(adapted, ROOM, 0)) {
            assertThatThrownBy(
                            () -> adapted.forward(cache.over(input(0)), adapted.newStore(), true))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "Dropout acts in the frozen layers, so they make something else of a"
                                    + " row in each epoch. Load the base with its dropout set to 0"
                                    + " (addConfigOverride), or leave frozen_layer_cache_bytes"
                                    + " out.");
        }
    }

    @Test
    void refusesAdaptersInTheFirstLayerAndInTheEmbeddings() throws IOException {
        for (String below : new String[] {"encoder.layer.0.output.dense", "word_embeddings"}) {
            try (PeftModel adapted =
                            FrozenModels.lora(
                                    base,
                                    FrozenModels.config(TaskType.SEQ_CLS).optTargetModules(below));
                    FrozenLayerCache cache = FrozenLayerCache.open(adapted, ROOM, 0)) {
                assertThatThrownBy(
                                () ->
                                        adapted.forward(
                                                cache.over(input(0)), adapted.newStore(), true))
                        .as(below)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage(
                                "What trains begins in the embeddings or in the first layer, so no"
                                        + " frozen layer lies below it. Train upper layers alone"
                                        + " (optLayersToTransform), or leave"
                                        + " frozen_layer_cache_bytes out.");
            }
        }
    }

    /** Saved whole, the embeddings train though no adapter acts on them. */
    @Test
    void refusesEmbeddingsThatAreSavedWhole() throws IOException {
        try (PeftModel adapted =
                        FrozenModels.lora(
                                base,
                                FrozenModels.config(TaskType.SEQ_CLS)
                                        .optLayersToTransform(1)
                                        .optModulesToSave("position_embeddings"));
                FrozenLayerCache cache = FrozenLayerCache.open(adapted, ROOM, 0)) {
            assertThatThrownBy(
                            () -> adapted.forward(cache.over(input(0)), adapted.newStore(), true))
                    .hasMessageStartingWith("What trains begins in the embeddings");
        }
    }

    @Test
    void refusesAdaptersThatChangeTheInput() {
        try (PeftModel prompted =
                PeftModels.getPeftModel(
                        base,
                        PromptTuningConfig.builder()
                                .setNumVirtualTokens(2)
                                .optTaskType(TaskType.SEQ_CLS)
                                .build())) {
            assertThatThrownBy(() -> FrozenLayerCache.open(prompted, ROOM, 0))
                    .hasMessage(
                            "Adapter 'default' changes what the model is called with, so no layer"
                                    + " stays frozen in effect, and frozen_layer_cache_bytes has"
                                    + " nothing to keep. Leave it out.");
        }
    }

    @Test
    void refusesRotaryPositionsOfTheLongestRow() throws IOException {
        try (TransformerModel phi = FrozenModels.base("decoders/phi3-long", TaskType.CAUSAL_LM);
                PeftModel adapted =
                        FrozenModels.lora(
                                phi,
                                FrozenModels.config(TaskType.CAUSAL_LM)
                                        .optTargetModules("qkv_proj"))) {
            assertThatThrownBy(() -> FrozenLayerCache.open(adapted, ROOM, 0))
                    .hasMessage(
                            "The base's rope_type is longrope: what its layers make of a row"
                                    + " depends on the longest row of the batch, so it cannot be"
                                    + " kept. Leave frozen_layer_cache_bytes out.");
        }
    }

    @Test
    void refusesOtherAdaptersThanItBeganWith() throws IOException {
        model.addAdapter("low", FrozenModels.config(TaskType.SEQ_CLS).build());
        try (FrozenLayerCache cache = FrozenLayerCache.open(model, ROOM, 0)) {
            train(cache.over(input(0)));
            model.setAdapter("low");

            assertThatThrownBy(() -> cache.over(input(0)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "The active adapters were [default] and are [low] now, for which the"
                                    + " kept outputs of the frozen layers may be wrong. Change"
                                    + " adapters between trainings, or leave"
                                    + " frozen_layer_cache_bytes out.");
        }
    }

    @Test
    void refusesAModelWhoseLayersNeverAsk() throws IOException {
        try (FrozenLayerCache cache = FrozenLayerCache.open(model, ROOM, 0)) {
            assertThatThrownBy(
                            () ->
                                    cache.call(
                                            input(0),
                                            call -> train(call.withOutputHiddenStates(true))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("No layer has asked");
        }
    }
}
