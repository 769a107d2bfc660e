package io.github.peft4j.tuner.lora.dora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.ops.lora.DoraOps;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.lora.layer.EmbeddingTensors;
import io.github.peft4j.tuner.lora.layer.LoraLayer;
import io.github.peft4j.tuner.lora.layer.LoraTensors;
import io.github.peft4j.tuner.lora.layer.LoraVariant;
import java.util.function.Function;

/** DoRA: on linear layers, embeddings and convolutions. */
public final class DoraVariant implements LoraVariant {

    static final String NO_MIXED_BATCHES =
            "adapters of single rows (adapter_names) cannot be chosen where DoRA is enabled"
                    + " (use_dora), as it changes the layer's own output too. Run one batch for each"
                    + " adapter.";

    @Override
    public String option() {
        return "use_dora";
    }

    @Override
    public Adapter linear(LoraLayer layer) {
        LoraTensors tensors = layer.linear();
        Function<NDArray, NDArray> norm =
                w -> {
                    NDManager scratch = w.getManager();
                    NDArray a = in(scratch, tensors.currentA(), tensors.a());
                    NDArray b = in(scratch, tensors.currentB(), tensors.b());
                    return DoraOps.norm(w, a, b, tensors.scaling());
                };
        Shape shape = new Shape(layer.layer().out());
        return new DoraLinear(tensors, magnitude(layer, shape, tensors.a(), tensors.b(), norm));
    }

    @Override
    public Adapter embedding(LoraLayer layer) {
        EmbeddingTensors tensors = layer.embedding();
        Function<NDArray, NDArray> norm =
                w ->
                        DoraOps.norm(
                                w.transpose(),
                                tensors.a().getArray(),
                                tensors.b().getArray(),
                                tensors.scaling());
        Shape shape = new Shape(layer.layer().site().requireWeight().getShape().get(1));
        return new DoraEmbedding(tensors, magnitude(layer, shape, tensors.a(), tensors.b(), norm));
    }

    @Override
    public Adapter convolution(LoraLayer layer) {
        LoraTensors tensors = layer.convolution();
        ConvolutionShape shape = layer.layer().convolution();
        Function<NDArray, NDArray> norm =
                w -> {
                    NDArray kernel = w.reshape(shape.out(), -1);
                    NDArray product = product(tensors, kernel.getManager());
                    return DoraOps.norm(kernel, product.reshape(kernel.getShape()));
                };
        Shape rows = shape.withPoints(1, shape.out());
        return new DoraConvolution(
                tensors, magnitude(layer, rows, tensors.a(), tensors.b(), norm), shape);
    }

    /** Moves what was put together from several tensors out of the adapter's manager. */
    private static NDArray in(NDManager scratch, NDArray now, Parameter own) {
        if (now != own.getArray()) {
            now.attach(scratch);
        }
        return now;
    }

    private static NDArray product(LoraTensors tensors, NDManager scratch) {
        NDArray a = TensorOps.detached(tensors.a().getArray());
        NDArray b = TensorOps.detached(tensors.b().getArray());
        a.attach(scratch);
        b.attach(scratch);
        long r = a.getShape().get(0);
        return Ops.lowRank(a.reshape(r, -1), b.reshape(new Shape(-1, r)), tensors.scaling());
    }

    /**
     * m, which starts at the lengths that the rows of the weight have with the start values of A
     * and B.
     */
    private static Magnitude magnitude(
            LoraLayer layer,
            Shape shape,
            Parameter a,
            Parameter b,
            Function<NDArray, NDArray> norm) {
        InitialValue start =
                InitialValue.of(
                        shape,
                        manager -> {
                            try (NDManager scratch = manager.newSubManager()) {
                                NDArray lengths = norm.apply(layer.frozen(scratch));
                                NDArray m = lengths.reshape(shape);
                                m.attach(manager);
                                return m;
                            }
                        });
        return new Magnitude(layer.layer().trained("lora_magnitude_vector", start), a, b);
    }
}
