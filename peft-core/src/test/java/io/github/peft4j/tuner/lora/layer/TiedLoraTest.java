package io.github.peft4j.tuner.lora.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.set.FileTensor;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.tuner.InputDropout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Three rows of two numbers, rank 1; every number worked by hand. */
class TiedLoraTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Gradients off = Gradients.off();
    private final Parameter a = Tensors.parameter(manager, true, new Shape(1, 3), 1, 2, 3);
    private final Parameter b = Tensors.parameter(manager, true, new Shape(2, 1), 10, -1);
    private final TiedLora tied = new TiedLora(a, b, 2, InputDropout.NONE);
    private final AdapterPass pass = AdapterPass.bare(manager, false);

    @AfterEach
    void close() {
        off.close();
        manager.close();
    }

    @Test
    void changesTheTableAsTheEmbeddingDoes() {
        NDArray table = Tensors.of(manager, new Shape(3, 2), 0, 0, 0, 0, 0, 0);
        LoraEmbedding embedding = new LoraEmbedding(new EmbeddingTensors(a, b, 2));

        NDArray changed = tied.weight(table, table, pass);

        assertThat(changed.toFloatArray()).containsExactly(20, -2, 40, -4, 60, -6);
        assertThat(changed.toFloatArray())
                .isEqualTo(embedding.weight(table, table, pass).toFloatArray());
    }

    @Test
    void addsTheSameToAnOutput() {
        NDArray x = Tensors.of(manager, new Shape(1, 2), 1, 3); // x B = 7

        assertThat(tied.delta(x, null, pass).toFloatArray()).containsExactly(14, 28, 42);
    }

    /** Of the two numbers of x, which are 1, dropout leaves 2 or nothing; B takes 10 and -1. */
    @Test
    void dropsInputsInTraining() {
        TiedLora dropping = new TiedLora(a, b, 2, new InputDropout("lora_dropout", 0.5));
        NDArray x = manager.ones(new Shape(64, 2));
        manager.getEngine().setRandomSeed(1);

        NDArray delta = dropping.delta(x, null, AdapterPass.bare(manager, true)).get(":, 0");

        assertThat(delta.toFloatArray()).contains(0, 40, -4, 36).doesNotContain(18);
        assertThat(dropping.delta(x, null, pass).get(":, 0").toFloatArray()).containsOnly(18);
    }

    @Test
    void standsInFilesTurned() {
        FileTensor down = tied.file().get("lora_A.weight");
        FileTensor up = tied.file().get("lora_B.weight");

        assertThat(down.shape()).isEqualTo(new Shape(1, 2));
        assertThat(down.write(manager).toFloatArray()).containsExactly(10, -1);
        assertThat(up.shape()).isEqualTo(new Shape(3, 1));
        assertThat(up.write(manager).toFloatArray()).containsExactly(1, 2, 3);
        assertThat(tied.parameters()).isEmpty();
    }
}
