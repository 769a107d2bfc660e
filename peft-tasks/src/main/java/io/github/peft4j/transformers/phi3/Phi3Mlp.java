package io.github.peft4j.transformers.phi3;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.StepLayer;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.decoder.DecoderConfig;
import io.github.peft4j.transformers.part.FeedForward;

/** A gated feed-forward part whose gate and value come from one projection, in this order. */
final class Phi3Mlp extends FeedForward {

    private final DecoderConfig sizes;
    private final Linear gateAndUp;
    private final Linear down;

    Phi3Mlp(DecoderConfig sizes) {
        this.sizes = sizes;
        int middle = sizes.intermediateSize();
        gateAndUp = child("gate_up_proj", new Linear(sizes.hiddenSize(), 2L * middle, false));
        down = child("down_proj", new Linear(middle, sizes.hiddenSize(), false));
    }

    @Override
    public NDArray forward(AdapterPass pass, NDArray x) {
        NDList halves = gateAndUp.forward(pass, x).split(2, x.getShape().dimension() - 1);
        return down.forward(pass, Ops.gated(sizes.activation(), halves.get(0), halves.get(1)));
    }

    @Override
    public StepLayer.FeedForward parts() {
        return new StepLayer.FeedForward(
                ImmutableList.of(gateAndUp), sizes.activation(), true, down);
    }
}
