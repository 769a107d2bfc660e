package io.github.peft4j.tuner.lora.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.adapter.set.FileTensor;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.tuner.InputDropout;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * LoRA of an output layer that shares the weight, and the pair, of an embedding.
 *
 * <p>\(y = x W^\top + s\,(d(x)\, B_e) A_e\) with the embedding's \(A_e\) [r, rows] and \(B_e\)
 * [dim, r]: the same change of the table, \((B_e A_e)^\top\), that the embedding looks up. It owns
 * no tensors; a file holds the pair once more under this layer's name, turned, as PEFT writes it.
 */
public final class TiedLora implements DeltaAdapter, WeightAdapter {

    private final Parameter a;
    private final Parameter b;
    private final double scaling;
    private final InputDropout dropout;

    /**
     * Follows an embedding.
     *
     * @param a the embedding's A, [r, rows]
     * @param b its B, [dim, r]
     * @param scaling factor s on what is added here
     * @param dropout on x
     */
    public TiedLora(Parameter a, Parameter b, double scaling, InputDropout dropout) {
        this.a = a;
        this.b = b;
        this.scaling = scaling;
        this.dropout = dropout;
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        return Ops.loraDelta(dropout.of(x, pass), down(pass), up(pass), scale(pass));
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return current.add(Ops.lowRank(down(pass), up(pass), scale(pass)));
    }

    @Override
    public @Nullable String needsActivation() {
        return dropout.needsActivation();
    }

    @Override
    public Map<String, Parameter> parameters() {
        return ImmutableMap.of();
    }

    /** What a file holds under this layer's name. */
    public Map<String, FileTensor> file() {
        return ImmutableMap.of("lora_A.weight", new Turned(b), "lora_B.weight", new Turned(a));
    }

    private NDArray down(AdapterPass pass) {
        return pass.value(b).transpose();
    }

    private NDArray up(AdapterPass pass) {
        return pass.value(a).transpose();
    }

    private double scale(AdapterPass pass) {
        return scaling * pass.scale(this);
    }

    /** A second copy, turned; it is written, and read under the embedding's name alone. */
    private record Turned(Parameter parameter) implements FileTensor {

        @Override
        public Shape shape() {
            Shape shape = parameter.getShape();
            return new Shape(shape.get(1), shape.get(0));
        }

        @Override
        public NDArray write(NDManager scratch) {
            NDArray turned = parameter.getArray().transpose();
            turned.attach(scratch);
            return turned;
        }

        @Override
        public void read(NDArray value) {
            // the embedding's own tensors say the same
        }
    }
}
