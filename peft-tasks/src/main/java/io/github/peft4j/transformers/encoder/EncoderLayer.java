package io.github.peft4j.transformers.encoder;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.part.Dropout;
import io.github.peft4j.transformers.part.PathGroup;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One encoder layer, norms after the sums: attention over the own sequence, then two linear layers
 * on each token.
 *
 * @see <a href="https://arxiv.org/abs/1810.04805">Devlin et al. 2018</a>
 */
public final class EncoderLayer extends PathGroup implements EncoderStack.Layer {

    private final SelfAttention attention;
    private final Linear attentionOut;
    private final LayerNorm attentionNorm;
    private final Linear up;
    private final Linear down;
    private final LayerNorm outputNorm;
    private final ActivationFunction activation;
    private final double dropout;

    /** A layer whose tokens look at all of their sequence. */
    EncoderLayer(EncoderSpec sizes, CheckpointNaming names, @Nullable PositionBias bias) {
        this(sizes, names, layer -> new PlainAttention(layer, sizes, names, bias));
    }

    /**
     * A layer with attention of its own.
     *
     * @param attention makes it, and puts its modules into the layer
     */
    public EncoderLayer(
            EncoderSpec sizes,
            CheckpointNaming names,
            Function<PathGroup, SelfAttention> attention) {
        int hidden = sizes.hiddenSize();
        this.attention = attention.apply(this);
        attentionOut = at(names.attentionOut(), new Linear(hidden, hidden));
        attentionNorm = at(names.attentionNorm(), new LayerNorm(hidden, sizes.normEps()));
        up = at(names.up(), new Linear(hidden, sizes.intermediateSize()));
        down = at(names.down(), new Linear(sizes.intermediateSize(), hidden));
        outputNorm = at(names.outputNorm(), new LayerNorm(hidden, sizes.normEps()));
        activation = sizes.activation();
        dropout = sizes.hiddenDropout();
    }

    @Override
    public NDArray forward(EncoderCall call, int index, NDArray x) {
        AdapterPass pass = call.pass();
        NDArray rows = call.wanted(x);
        NDArray context = attention.forward(call, index, rows, x);
        NDArray attended = Dropout.apply(pass, attentionOut.forward(pass, context), dropout);
        NDArray middle = attentionNorm.forward(pass, attended, rows);
        NDArray wide = Ops.activate(activation, up.forward(pass, middle));
        NDArray narrow = Dropout.apply(pass, down.forward(pass, wide), dropout);
        return outputNorm.forward(pass, narrow, middle);
    }
}
