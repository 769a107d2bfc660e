package io.github.peft4j.tuner.lora;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.tuner.lora.start.LoraInitializer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How A and B start: {@code true}, {@code false} or a name.
 *
 * <p>Any name can be read and written; which of them a layer can be started with is for the tuner
 * to say, as in PEFT, where an embedding takes every name and a linear layer only the known ones.
 *
 * @param json the value in JSON, a {@code Boolean} or a {@code String}
 * @param custom a start given in code, or null; it is not saved, since a saved adapter does not
 *     need its start
 */
public record InitLoraWeights(Object json, @Nullable LoraInitializer custom) {

    static final JsonType<InitLoraWeights> JSON =
            JsonType.of(
                    "true or false or a string",
                    json ->
                            json instanceof Boolean || json instanceof String
                                    ? Optional.of(new InitLoraWeights(json))
                                    : Optional.empty(),
                    InitLoraWeights::json);

    /** A uniform, B zero: the adapter starts as the identity. */
    public static final InitLoraWeights TRUE = new InitLoraWeights(true);

    /** A and B random: the adapter acts from the start. */
    public static final InitLoraWeights FALSE = new InitLoraWeights(false);

    /** A normal with standard deviation 1/r, B zero. */
    public static final InitLoraWeights GAUSSIAN = new InitLoraWeights("gaussian");

    /** The largest singular parts of the weight, which the base loses. */
    public static final InitLoraWeights PISSA = new InitLoraWeights("pissa");

    /** The first parts of the weight's QR decomposition, which the base loses. */
    public static final InitLoraWeights OLORA = new InitLoraWeights("olora");

    /** A and B random with B A = 0. */
    public static final InitLoraWeights ORTHOGONAL = new InitLoraWeights("orthogonal");

    private static final ImmutableSet<String> NAMES =
            ImmutableSet.of(
                    "gaussian",
                    "eva",
                    "olora",
                    "pissa",
                    "corda",
                    "loftq",
                    "lora_ga",
                    "orthogonal",
                    "mica");

    /** Checks the type. */
    public InitLoraWeights {
        if (!(json instanceof Boolean) && !(json instanceof String)) {
            throw new IllegalArgumentException(
                    "init_lora_weights is "
                            + json
                            + "; it must be true, false or a name such as \"gaussian\".");
        }
    }

    /** A start by its JSON value. */
    public InitLoraWeights(Object json) {
        this(json, null);
    }

    /** A start given in code; JSON says {@code true}. */
    public static InitLoraWeights custom(LoraInitializer initializer) {
        return new InitLoraWeights(true, initializer);
    }

    /**
     * A start of this name with the values that data have given.
     *
     * @see io.github.peft4j.tuner.lora.calibrate.LoraCalibration
     */
    public static InitLoraWeights calibrated(String name, LoraInitializer initializer) {
        return new InitLoraWeights(name, initializer);
    }

    /** The start of this name. */
    public static InitLoraWeights of(String name) {
        return new InitLoraWeights(name);
    }

    /** Whether it is {@code true} or {@code false}. */
    public boolean isFlag() {
        return json instanceof Boolean;
    }

    /** Whether it is this name. */
    public boolean is(String name) {
        return json.equals(name);
    }

    /** Whether PEFT knows it, at least for linear layers. */
    public boolean isKnown() {
        return isFlag() || NAMES.contains(json.toString()) || isPissa();
    }

    /** Whether it is {@code pissa} or {@code pissa_niter_N}. */
    public boolean isPissa() {
        return json instanceof String name
                && (name.equals("pissa") || name.matches("pissa_niter_[0-9]+"));
    }

    /** Whether a user has given it in code, for every kind of layer. */
    public boolean isUsersOwn() {
        return custom != null && isFlag();
    }

    /** Whether it takes the start values out of the base weight. */
    public boolean changesBase() {
        return isPissa() || is("olora") || is("corda") || is("lora_ga");
    }

    @Override
    public String toString() {
        return json.toString();
    }
}
