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

    /** Whether the adapter starts without effect. */
    public static final Option<Boolean> INIT_WEIGHTS =
            Option.flag("init_weights", true)
                    .means("whether the adapter starts without effect; if not, it is random");

    private Options() {}

    /** An integer of at least 1. */
    public static Option<Integer> positive(String key, int standard) {
        return Option.integer(key, standard).check(value -> requirePositive(key, value, standard));
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

    /** Strengths of single layers by regular expression, none infinite or NaN. */
    public static Option<Map<String, Number>> finites(String key) {
        return Option.patterns(key, NUMBERS_BY_LAYER)
                .check(
                        values ->
                                values.forEach(
                                        (name, value) -> requireFinite(entry(key, name), value)));
    }

    /** Which biases of the base are trained along; the method's own word is {@code name_only}. */
    public static Option<Bias> bias(String peftType) {
        return Option.of("bias", Bias.type(PeftType.of(peftType)), Bias.NONE)
                .means(
                        "which biases of the base are trained along: `none`, `all`, or those of"
                                + " adapted layers");
    }

    /** The option {@code bias} of a method; if it has none, one that it refuses. */
    @SuppressWarnings("unchecked") // no other option is called bias
    static Option<Bias> biasOf(ConfigType<?> type) {
        return type.option("bias")
                .map(option -> (Option<Bias>) option)
                .orElseGet(() -> bias(type.peftType().name()));
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
