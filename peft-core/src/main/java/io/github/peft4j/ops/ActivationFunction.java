package io.github.peft4j.ops;

import com.google.common.base.Joiner;
import io.github.peft4j.json.JsonReasons;

/** An activation function under the names that config.json uses for it. */
public enum ActivationFunction {
    /** {@code x Phi(x)}, the exact form. */
    GELU("gelu", "gelu"),
    /** The tanh approximation of GELU: {@code gelu_new} and {@code gelu_pytorch_tanh}. */
    GELU_TANH("gelu_tanh", "gelu_new", "gelu_pytorch_tanh", "gelu_fast"),
    /** {@code max(x, 0)}. */
    RELU("relu", "relu"),
    /** {@code x sigmoid(x)}. */
    SILU("silu", "silu", "swish"),
    /** Hyperbolic tangent. */
    TANH("tanh", "tanh");

    private final String method;
    private final String names;

    ActivationFunction(String method, String... names) {
        this.method = method;
        this.names = Joiner.on(' ').join(names);
    }

    String method() {
        return method;
    }

    /**
     * The function of this name in config.json.
     *
     * @throws IllegalArgumentException if it is unknown; the text lists the known ones
     */
    public static ActivationFunction of(String name) {
        StringBuilder known = new StringBuilder();
        for (ActivationFunction function : values()) {
            if ((' ' + function.names + ' ').contains(' ' + name + ' ')) {
                return function;
            }
            known.append(' ').append(function.names);
        }
        throw new IllegalArgumentException(
                "Unknown activation function '"
                        + JsonReasons.shown(name)
                        + "' in config.json. Known ones:"
                        + known
                        + ".");
    }
}
