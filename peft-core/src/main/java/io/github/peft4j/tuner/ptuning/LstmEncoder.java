package io.github.peft4j.tuner.ptuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.PromptOps;
import io.github.peft4j.tuner.prompt.EncoderLayer;
import io.github.peft4j.tuner.prompt.NewPrompt;

/**
 * An LSTM over the rows in both directions, then two linear layers with a ReLU between them: H to 2
 * h to 2 h to H.
 *
 * <p>All tensors of the LSTM start uniform within ±1/√h, as in {@code torch.nn.LSTM}.
 *
 * @param lstm for each layer weight_ih, weight_hh, bias_ih, bias_hh, and the same for the way back
 * @param dropout probability between layers
 * @param in [2 h, 2 h]
 * @param out [H, 2 h]
 */
record LstmEncoder(
        ImmutableList<ImmutableList<Parameter>> lstm,
        double dropout,
        EncoderLayer in,
        EncoderLayer out)
        implements PromptEncoder {

    /** Values in each of the four gates are computed side by side. */
    private static final int GATES = 4;

    private static final int MOST_LAYERS = 1000;

    static LstmEncoder add(PromptEncoderConfig config, NewPrompt prompt) {
        int dim = prompt.shape().dim();
        int hidden = config.encoderHiddenSize().orElse(dim);
        long gates = (long) GATES * hidden;
        ImmutableList.Builder<ImmutableList<Parameter>> lstm = ImmutableList.builder();
        for (int layer = 0; layer < config.encoderNumLayers(); layer++) {
            ImmutableList.Builder<Parameter> tensors = ImmutableList.builder();
            for (String direction : new String[] {"", "_reverse"}) {
                long in = layer == 0 ? dim : 2L * hidden;
                String end = "_l" + layer + direction;
                tensors.add(tensor(prompt, "weight_ih" + end, hidden, gates, in));
                tensors.add(tensor(prompt, "weight_hh" + end, hidden, gates, hidden));
                tensors.add(tensor(prompt, "bias_ih" + end, hidden, gates));
                tensors.add(tensor(prompt, "bias_hh" + end, hidden, gates));
            }
            lstm.add(tensors.build());
        }
        return new LstmEncoder(
                lstm.build(),
                config.encoderDropout(),
                prompt.encoderLayer("mlp_head.0", 2L * hidden, 2L * hidden),
                prompt.encoderLayer("mlp_head.2", 2L * hidden, dim));
    }

    private static Parameter tensor(NewPrompt prompt, String name, int hidden, long... shape) {
        return prompt.encoder("lstm_head." + name, prompt.uniform(hidden, shape));
    }

    @Override
    public NDArray encode(AdapterPass pass, NDArray table) {
        NDArray x = table.expandDims(0);
        for (int layer = 0; layer < lstm.size(); layer++) {
            if (layer > 0 && pass.training() && dropout > 0) {
                x = Ops.dropout(x, dropout);
            }
            NDList weights = new NDList();
            lstm.get(layer).forEach(parameter -> weights.add(pass.value(parameter)));
            x = PromptOps.lstmLayer(x, weights);
        }
        Shape rows = x.getShape().slice(1);
        NDArray middle = Ops.activate(ActivationFunction.RELU, in.apply(pass, x.reshape(rows)));
        return out.apply(pass, middle);
    }

    /** An LSTM has at least one layer, and not more than anybody trains. */
    static void checkLayers(PromptEncoderConfig config) {
        Preconditions.checkArgument(
                (config.encoderNumLayers() > 0 && config.encoderNumLayers() <= MOST_LAYERS)
                        || config.encoderReparameterizationType()
                                == PromptEncoderReparameterizationType.MLP,
                "encoder_num_layers is %s; an LSTM has at least 1, and at most %s here. Pass 2, for"
                        + " example.",
                config.encoderNumLayers(),
                MOST_LAYERS);
    }
}
