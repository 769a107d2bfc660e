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
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.LoraStarts;
import io.github.peft4j.tuner.lora.start.BaseShare;
import io.github.peft4j.tuner.lora.start.InitialPair;
import io.github.peft4j.tuner.lora.start.LoraInitializer;
import io.github.peft4j.tuner.lora.start.StartLayer;
import org.jspecify.annotations.Nullable;

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
        LoraInitializer start = LoraStarts.linear(config.initLoraWeights());
        InitialPair pair = new InitialPair(start, startLayer(layer.in(), layer.out(), rank));
        TakenPair taken = TakenPair.of(layer, pair, start.baseShare());
        InitialValue a = taken == null ? pair.a() : taken.startOfA();
        InitialValue b = taken == null ? pair.b() : taken.startOfB();
        return tensors(a, b, layer.out(), start.trainsB(), taken);
    }

    /** Refuses a start that takes a part out of the base, where nothing puts it back. */
    public void requireUntouchedBase() {
        layer.require(
                LoraStarts.linear(config.initLoraWeights()).baseShare() == BaseShare.NONE,
                "init_lora_weights",
                config.initLoraWeights(),
                "one that leaves the base as it is");
    }

    /** The same of a convolution. */
    public LoraTensors convolution() {
        ConvolutionShape shape = layer.convolution();
        int groups = shape.form().groups();
        layer.require(rank % groups == 0, "r", rank, "divisible by the groups, " + groups);
        LoraInitializer initializer = LoraStarts.convolution(config.initLoraWeights());
        long patch = shape.columns() * groups;
        InitialValue a = new InitialPair(initializer, startLayer(patch, shape.out(), rank)).a();
        InitialValue b =
                new InitialPair(initializer, startLayer(patch, shape.out(), rank / groups)).b();
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
        InitialPair start =
                new InitialPair(initializer, startLayer(shape.get(0), shape.get(1), rank));
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
        return tensors(a, b, out, true, null);
    }

    private LoraTensors tensors(
            InitialValue a, InitialValue b, long out, boolean trainsB, @Nullable TakenPair taken) {
        Parameter bias = config.loraBias() ? layer.trained("lora_B_bias", layer.zeros(out)) : null;
        return new LoraTensors(
                layer.trained("lora_A_weight", a),
                trainsB ? layer.trained("lora_B_weight", b) : layer.frozen("lora_B_weight", b),
                bias,
                scaling,
                dropout(),
                taken);
    }

    /** Dropout on what the adapter reads. */
    public InputDropout dropout() {
        return layer.dropout("lora_dropout", config.loraDropout());
    }

    private StartLayer startLayer(long in, long out, int rows) {
        return new StartLayer(layer.path(), in, out, rows, scaling, this::frozen);
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
