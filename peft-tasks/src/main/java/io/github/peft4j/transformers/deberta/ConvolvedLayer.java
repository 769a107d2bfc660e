package io.github.peft4j.transformers.deberta;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Convolution;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.encoder.EncoderCall;
import io.github.peft4j.transformers.encoder.EncoderSpec;
import io.github.peft4j.transformers.encoder.EncoderStack;
import io.github.peft4j.transformers.layout.TokenLayout;
import io.github.peft4j.transformers.part.Dropout;
import io.github.peft4j.transformers.part.PathGroup;

/**
 * A layer with a convolution beside it: its input's neighbours, mixed, are added to its output, and
 * the sum is normalised.
 */
final class ConvolvedLayer implements EncoderStack.Layer {

    private final EncoderStack.Layer layer;
    private final Convolution convolution;
    private final LayerNorm norm;
    private final ActivationFunction activation;
    private final double dropout;

    /** Puts {@code encoder.conv} beside a layer. */
    ConvolvedLayer(EncoderStack.Layer layer, PathGroup model, DebertaV2Config config) {
        this.layer = layer;
        EncoderSpec form = config.sizes().form();
        int hidden = form.hiddenSize();
        convolution =
                model.at(
                        "encoder.conv.conv",
                        new Convolution(
                                config.convolutionForm(),
                                hidden,
                                hidden,
                                config.convolutionWidth()));
        norm = model.at("encoder.conv.LayerNorm", new LayerNorm(hidden, form.normEps()));
        activation = config.convolutionActivation();
        dropout = form.hiddenDropout();
    }

    @Override
    public NDArray forward(EncoderCall call, int index, NDArray x) {
        AdapterPass pass = call.pass();
        TokenLayout layout = call.layout();
        NDArray side = Ops.turn(convolution.forward(pass, Ops.turn(layout.unpack(x))));
        NDArray dropped = Dropout.apply(pass, layout.pack(side), dropout);
        NDArray mixed = Ops.activate(activation, dropped);
        NDArray sum = norm.forward(pass, layer.forward(call.ofAll(), index, x), mixed);
        return call.wanted(layout.withoutPadding(sum));
    }
}
