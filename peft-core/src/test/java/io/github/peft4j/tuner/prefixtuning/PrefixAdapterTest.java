package io.github.peft4j.tuner.prefixtuning;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.FixedKeyValueCache;
import io.github.peft4j.model.KeyValueCache.KeyValues;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.RecordingModel;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.tuner.CreateRequest;
import io.github.peft4j.tuner.CreatedAdapter;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One virtual token of one number a head, in four layers: keys 0 2 4 6, values 1 3 5 7. */
class PrefixAdapterTest {

    private static final int LAYERS = 4;

    private final NDManager scope = NDManager.newBaseManager("PyTorch");
    private final RecordingModel base =
            new RecordingModel(
                    1, Map.of("num_layers", LAYERS, "hidden_size", 1, "num_attention_heads", 1));

    @AfterEach
    void close() {
        base.close();
        scope.close();
    }

    private ModelInput call(TaskType task) {
        PrefixTuningConfig config =
                PrefixTuningConfig.builder().optTaskType(task).setNumVirtualTokens(1).build();
        CreatedAdapter<PrefixTuningConfig> attachment =
                new PrefixTuningTuner()
                        .attach(
                                new CreateRequest<>(
                                        base,
                                        config,
                                        ImmutableList.of(),
                                        ImmutableMap.of(),
                                        ImmutableMap.of(),
                                        directory -> {
                                            throw new IllegalStateException(
                                                    "made of no other adapter");
                                        }));
        try (var set = attachment.set()) {
            set.initialize();
            Tensors.fill(
                    Tensors.get(set.tensors(), "prompt_embeddings"),
                    scope.arange(2f * LAYERS).reshape(1, 2 * LAYERS),
                    1);
            Shape shape = new Shape(2, 1);
            ModelInput input =
                    ModelInput.of(
                            ImmutableMap.of(
                                    ModelInput.INPUT_IDS, scope.create(new long[] {1, 2}, shape),
                                    ModelInput.ATTENTION_MASK,
                                            scope.create(new long[] {1, 1}, shape),
                                    ModelInput.DECODER_ATTENTION_MASK,
                                            scope.create(new long[] {0, 1}, shape),
                                    ModelInput.POSITION_IDS,
                                            scope.create(new long[] {4, 5}, shape)));
            set.modelAdapter().orElseThrow().forward(input, base, base.pass(scope));
            ModelInput call = base.lastCall();
            if (!(call.cache() instanceof FixedKeyValueCache given)) {
                throw new AssertionError("no keys and values: " + call.cache());
            }
            assertThat(given.length()).isEqualTo(1);
            for (int layer = 0; layer < LAYERS; layer++) {
                KeyValues pair = given.layers().get(layer);
                int number = task == TaskType.SEQ_2_SEQ_LM ? 2 * layer % LAYERS : layer;
                assertThat(pair.keys().getShape()).isEqualTo(new Shape(2, 1, 1));
                assertThat(pair.keys().toFloatArray()).containsOnly(2f * number);
                assertThat(pair.values().toFloatArray()).containsOnly(2f * number + 1);
            }
            return call;
        }
    }

    private static long[] numbers(ModelInput call, String name) {
        return Tensors.get(call.arrays(), name).toLongArray();
    }

    @Test
    void givesEachLayerItsPair() {
        ModelInput call = call(TaskType.CAUSAL_LM);

        assertThat(numbers(call, ModelInput.ATTENTION_MASK)).containsExactly(1, 1, 1, 1);
        assertThat(numbers(call, ModelInput.POSITION_IDS)).containsExactly(5, 6);
        assertThat(numbers(call, ModelInput.INPUT_IDS)).containsExactly(1, 2);
    }

    @Test
    void givesADecodersLayersEverySecondPairAsPeftDoes() {
        ModelInput call = call(TaskType.SEQ_2_SEQ_LM);

        assertThat(numbers(call, ModelInput.ATTENTION_MASK)).containsExactly(1, 1);
        assertThat(numbers(call, ModelInput.DECODER_ATTENTION_MASK)).containsExactly(1, 0, 1, 1);
    }
}
