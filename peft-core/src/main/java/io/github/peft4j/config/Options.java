package io.github.peft4j.config;

import com.google.common.base.Preconditions;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.json.JsonType;
import java.util.Map;

/** Options and rules that many methods share. */
public final class Options {

    /** An object of integers by layer name. */
    public static final JsonType<Map<String, Integer>> INTEGERS_BY_LAYER =
            JsonType.INTEGER.values("an object of integers");

    /** An object of numbers by layer name. */
    public static final JsonType<Map<String, Number>> NUMBERS_BY_LAYER =
            JsonType.NUMBER.values("an object of numbers");

    /** Whether the weights of adapted layers are stored as [in, out]; corrected by the layers. */
    public static final Option<Boolean> FAN_IN_FAN_OUT =
            Option.flag("fan_in_fan_out", false)
                    .means(
                            "whether the base weight is stored as [in, out]; corrected by the"
                                    + " layer");

    /** Which biases of the base are trained with the adapter. */
    public static final Option<Bias> BIAS =
            Option.of("bias", Bias.type(PeftType.LORA), Bias.NONE)
                    .means(
                            "which biases of the base are trained with the adapter: `none`, `all`,"
                                    + " or those of adapted layers");

    /** Whether the adapter starts without effect. */
    public static final Option<Boolean> INIT_WEIGHTS =
            Option.flag("init_weights", true)
                    .means("whether the adapter starts without effect; if not, it is random");

    /** The rank; a method's table has {@link #rank}. */
    public static final Option<Integer> R = Option.integer("r", 8).means("rank: rows of A");

    /** Ranks of single layers. */
    public static final Option<Map<String, Integer>> RANK_PATTERN =
            ranks("rank_pattern")
                    .means(
                            "ranks of single layers by regular expression for the end of the name;"
                                    + " the first match wins");

    private Options() {}

    /** An integer of at least 1. */
    public static Option<Integer> positive(String key, int standard) {
        return Option.integer(key, standard).check(value -> requirePositive(key, value, standard));
    }

    /** {@link #R} of at least 1. */
    public static Option<Integer> rank(int standard) {
        return R.withDefault(standard).check(value -> requirePositive("r", value, standard));
    }

    /** The probability with which a feature of the input is dropped in training. */
    public static Option<Number> inputDropout(String key) {
        return Option.dropout(key, 0.0)
                .means("probability that a feature of the input is dropped in training");
    }

    /** A number that is neither infinite nor NaN. */
    public static Option<Number> finite(String key, Number standard) {
        return Option.number(key, standard).check(value -> requireFinite(key, value));
    }

    /** Ranks of single layers by regular expression, each at least 1. */
    public static Option<Map<String, Integer>> ranks(String key) {
        return Option.patterns(key, INTEGERS_BY_LAYER)
                .check(
                        ranks ->
                                ranks.forEach(
                                        (name, r) -> requirePositive(entry(key, name), r, 8)));
    }

    /** Numbers of single layers by regular expression, none infinite or NaN. */
    public static Option<Map<String, Number>> finites(String key) {
        return Option.patterns(key, NUMBERS_BY_LAYER)
                .check(
                        values ->
                                values.forEach(
                                        (name, value) -> requireFinite(entry(key, name), value)));
    }

    /** {@link #BIAS} of a method, whose name the third choice bears in JSON. */
    public static Option<Bias> bias(String peftType) {
        return BIAS.as(Bias.type(PeftType.of(peftType)));
    }

    private static void requirePositive(String key, int value, int example) {
        Preconditions.checkArgument(
                value > 0,
                "%s is %s; it must be a positive integer. Pass %s, for example.",
                key,
                value,
                Math.max(1, example));
    }

    private static void requireFinite(String key, Number value) {
        Preconditions.checkArgument(
                Double.isFinite(value.doubleValue()),
                "%s is %s; it must be a finite number. Pass 1, for example.",
                key,
                value);
    }

    private static String entry(String option, String key) {
        return option + "[\"" + key + "\"]";
    }
}
