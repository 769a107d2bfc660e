package io.github.peft4j.transformers.part;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.StepLayer;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.Ops;

/**
 * A gated feed-forward part: {@code down(f(gate(x)) * up(x))}.
 *
 * @see <a href="https://arxiv.org/abs/2002.05202">Shazeer 2020, equation 6</a>
 */
public final class GatedMlp extends FeedForward {

    private final Linear gate;
    private final Linear up;
    private final Linear down;
    private final ActivationFunction activation;

    /**
     * A part of these sizes whose layers are {@code gate_proj}, {@code up_proj}, {@code down_proj}.
     */
    public GatedMlp(int hidden, int middle, ActivationFunction activation, boolean bias) {
        gate = child("gate_proj", new Linear(hidden, middle, bias));
        up = child("up_proj", new Linear(hidden, middle, bias));
        down = child("down_proj", new Linear(middle, hidden, bias));
        this.activation = activation;
    }

    @Override
    public NDArray forward(AdapterPass pass, NDArray x) {
        return down.forward(
                pass, Ops.gated(activation, gate.forward(pass, x), up.forward(pass, x)));
    }

    @Override
    public StepLayer.FeedForward parts() {
        return new StepLayer.FeedForward(ImmutableList.of(gate, up), activation, true, down);
    }
}
