package io.github.peft4j.tuner.lora.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.InputDropout;
import io.github.peft4j.tuner.NewLayer;
import io.github.peft4j.tuner.lora.InitialPair;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.LoraInitializer;
import io.github.peft4j.tuner.lora.LoraStarts;

/**
 * A layer that gets a LoRA adapter, with the rank and the scale that hold there.
 *
 * @param config of the whole adapter
 * @param layer the layer, and how tensors are made for it
 * @param rank r
 * @param scaling s, the factor on what is added
 */
public record LoraLayer(LoraConfig config, NewLayer layer, int rank, double scaling) {

    /** A and B of a linear layer with the start of the config, and B's bias if it has one. */
    public LoraTensors linear() {
        LoraInitializer initializer = LoraStarts.linear(config.initLoraWeights());
        InitialPair start = new InitialPair(initializer, layer.in(), layer.out(), rank);
        return tensors(start.a(), start.b(), layer.out());
    }

    /** The same of a convolution. */
    public LoraTensors convolution() {
        ConvolutionShape shape = layer.convolution();
        int groups = shape.form().groups();
        layer.require(rank % groups == 0, "r", rank, "divisible by the groups, " + groups);
        LoraInitializer initializer = LoraStarts.convolution(config.initLoraWeights());
        long patch = shape.columns() * groups;
        InitialValue a = new InitialPair(initializer, patch, shape.out(), rank).a();
        InitialValue b = new InitialPair(initializer, patch, shape.out(), rank / groups).b();
        return tensors(
                reshaped(a, shape.withKernel(rank, shape.in())),
                reshaped(b, shape.withPoints(shape.out(), rank / groups)),
                shape.out());
    }

    /** A and B of an embedding. */
    public EmbeddingTensors embedding() {
        layer.require(
                !config.loraBias(),
                "lora_bias",
                true,
                "false, as LoRA of an Embedding has no bias");
        Shape shape = layer.site().requireWeight().getShape();
        LoraInitializer initializer = LoraStarts.embedding(config.initLoraWeights());
        InitialPair start = new InitialPair(initializer, shape.get(0), shape.get(1), rank);
        return new EmbeddingTensors(
                layer.trained("lora_embedding_A", start.a()),
                layer.trained("lora_embedding_B", start.b()),
                scaling);
    }

    /**
     * A and B that start so, with B's bias if the config asks for one, and dropout.
     *
     * @param out features that come out
     */
    public LoraTensors tensors(InitialValue a, InitialValue b, long out) {
        Parameter bias = config.loraBias() ? layer.trained("lora_B_bias", layer.zeros(out)) : null;
        return new LoraTensors(
                layer.trained("lora_A_weight", a),
                layer.trained("lora_B_weight", b),
                bias,
                scaling,
                dropout());
    }

    /** Dropout on what the adapter reads. */
    public InputDropout dropout() {
        return layer.dropout("lora_dropout", config.loraDropout());
    }

    /**
     * The frozen weight, float32 and without gradient, for start values: [out, in] of a linear
     * layer, else as it is stored.
     *
     * @param manager where it lives
     */
    public NDArray frozen(NDManager manager) {
        NDArray copy = HeldNumbers.detached(layer.site().requireWeight().getArray());
        copy.attach(manager);
        return layer.kind() == LayerKind.CONV1D_TRANSPOSED ? copy.transpose() : copy;
    }

    /**
     * What a variant says that does not know this kind of layer.
     *
     * @param option the key that turns it on
     * @param kind what the layer is, with its article
     */
    public IllegalArgumentException refuse(String option, String kind) {
        return new IllegalArgumentException(
                option
                        + " is set, but "
                        + layer.path()
                        + " is "
                        + kind
                        + ", which this variant of LoRA does not support. Leave the layer out with"
                        + " optExcludeModules(\""
                        + layer.path()
                        + "\"), or leave "
                        + option
                        + " out.");
    }

    private static InitialValue reshaped(InitialValue start, Shape shape) {
        return start.then(shape, array -> array.reshape(shape));
    }
}
