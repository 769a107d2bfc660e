package io.github.peft4j.tuner.prefixtuning;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.tuner.prompt.EncoderLayer;
import io.github.peft4j.tuner.prompt.NewPrompt;

/**
 * Makes a prefix of a trained table by two linear layers with tanh between them, while it trains:
 * \(\tanh(T A^\top + a) B^\top + b\).
 *
 * @param table T, [n, D]; starts from N(0, 1)
 * @param in A and a, [h, D]
 * @param out B and b, [2 L D, h]; zero with {@code init_weights} zero
 * @see <a href="https://arxiv.org/abs/2101.00190">Li and Liang 2021, section 4.3</a>
 */
record PrefixProjection(Parameter table, EncoderLayer in, EncoderLayer out) {

    static PrefixProjection add(PrefixTuningConfig config, NewPrompt prompt, long width) {
        int dim = prompt.shape().dim();
        int hidden = config.encoderHiddenSize().orElse(dim);
        Parameter table =
                prompt.encoder("embedding.weight", prompt.normal(prompt.shape().tokens(), dim));
        EncoderLayer in = prompt.encoderLayer("transform.0", dim, hidden);
        EncoderLayer out =
                config.startsAtZero()
                        ? prompt.zeroEncoderLayer("transform.2", hidden, width)
                        : prompt.encoderLayer("transform.2", hidden, width);
        return new PrefixProjection(table, in, out);
    }

    /** The prefix, [n, 2 L D]. */
    NDArray prefix(AdapterPass pass) {
        NDArray middle = Ops.activate(ActivationFunction.TANH, in.apply(pass, pass.value(table)));
        return out.apply(pass, middle);
    }
}
