package io.github.peft4j.transformers.part;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.util.Arrays;
import java.util.List;

/**
 * How a checkpoint turns its queries and keys, from {@code rope_parameters} of transformers 5 or
 * {@code rope_theta} and {@code rope_scaling} of transformers 4. Where both are there, {@code
 * rope_scaling} takes the place of {@code rope_parameters}, as in transformers.
 *
 * <p>{@code rope_type}:
 *
 * <ul>
 *   <li>{@code default}; {@code linear}: positions divided by {@code factor}
 *   <li>{@code llama3}: wave lengths above {@code original_max_position_embeddings /
 *       low_freq_factor} are stretched by {@code factor}, those below {@code ... /
 *       high_freq_factor} stay, those between are mixed
 *   <li>{@code yarn}: pairs that turn fewer than {@code beta_slow} times in {@code
 *       original_max_position_embeddings} are stretched by {@code factor}, those that turn more
 *       than {@code beta_fast} times stay, those between are mixed; cosines and sines grow by
 *       {@code attention_factor} (<a href="https://arxiv.org/abs/2309.00071">Peng et al. 2023</a>,
 *       section 3.2)
 *   <li>{@code longrope}: each wave length is stretched by a factor of its own, {@code
 *       short_factor}, or {@code long_factor} in texts longer than {@code
 *       original_max_position_embeddings}
 * </ul>
 */
public final class Rope {

    private final double[] frequencies;
    private final double[] longFrequencies;
    private final long originalLength;
    private final double factor;

    /**
     * A form.
     *
     * @param frequencies angles of one position for each feature pair
     * @param longFrequencies the same in texts longer than {@code originalLength}
     * @param factor on cosines and sines
     */
    private Rope(
            double[] frequencies, double[] longFrequencies, long originalLength, double factor) {
        this.frequencies = frequencies;
        this.longFrequencies = longFrequencies;
        this.originalLength = originalLength;
        this.factor = factor;
    }

    private static Rope of(double[] frequencies) {
        return new Rope(frequencies, frequencies, Long.MAX_VALUE, 1);
    }

    /**
     * Reads the form.
     *
     * @param headSize features of a head
     * @param theta base where the file names none
     * @param share part of a head's features that turn, where the file names none
     * @throws UnsupportedFeatureException if it is of another type
     */
    public static Rope from(PretrainedConfig config, int headSize, double theta, double share) {
        PretrainedConfig form = form(config);
        double base = form.decimal("rope_theta", config.decimal("rope_theta", theta));
        double part =
                form.decimal(
                        "partial_rotary_factor", config.decimal("partial_rotary_factor", share));
        double[] plain = RotaryPositions.frequencies(base, (int) (headSize * part));
        String type = type(form);
        return switch (type) {
            case "default" -> of(plain);
            case "linear" -> of(scaled(plain, form.decimal("factor", 1)));
            case "llama3" -> of(llama3(plain, form, originalLength(config, form)));
            case "yarn" -> yarn(plain, base, config, form);
            case "longrope", "su" -> longRope(plain, config, form);
            default ->
                    throw new UnsupportedFeatureException(
                            "rope_type '"
                                    + JsonReasons.shown(type)
                                    + "' is not available in this version. Available: default,"
                                    + " linear, llama3, yarn, longrope.");
        };
    }

    /**
     * The longest text that turns as shorter ones do: one more token, and all of its keys turn by
     * other angles, so that those of earlier calls no longer fit.
     */
    public static long lengthOfOneForm(PretrainedConfig config) {
        PretrainedConfig form = form(config);
        return isLongRope(type(form)) ? (long) originalLength(config, form) : Long.MAX_VALUE;
    }

    private static boolean isLongRope(String type) {
        return type.equals("longrope") || type.equals("su");
    }

    private static PretrainedConfig form(PretrainedConfig config) {
        PretrainedConfig scaling = config.section("rope_scaling");
        return scaling.isEmpty() ? config.section("rope_parameters") : scaling;
    }

    private static String type(PretrainedConfig form) {
        return form.string("rope_type").or(() -> form.string("type")).orElse("default");
    }

    private static double originalLength(PretrainedConfig config, PretrainedConfig form) {
        String key = "original_max_position_embeddings";
        double longest = config.decimal("max_position_embeddings", 8192);
        return config.decimal(key, form.decimal(key, longest));
    }

    private static double[] scaled(double[] frequencies, double factor) {
        double[] factors = new double[frequencies.length];
        Arrays.fill(factors, factor);
        return divided(frequencies, factors);
    }

    private static double[] divided(double[] frequencies, double[] factors) {
        double[] divided = frequencies.clone();
        for (int i = 0; i < divided.length; i++) {
            divided[i] /= factors[i];
        }
        return divided;
    }

    private static double[] llama3(double[] frequencies, PretrainedConfig form, double length) {
        double factor = form.decimal("factor", 8);
        double low = form.decimal("low_freq_factor", 1);
        double high = form.decimal("high_freq_factor", 4);
        double[] mixed = frequencies.clone();
        for (int i = 0; i < mixed.length; i++) {
            double wave = 2 * Math.PI / frequencies[i];
            double smooth = (length / wave - low) / (high - low);
            if (wave > length / low) {
                mixed[i] = frequencies[i] / factor;
            } else if (wave >= length / high) {
                mixed[i] = (1 - smooth) * frequencies[i] / factor + smooth * frequencies[i];
            }
        }
        return mixed;
    }

    private static Rope yarn(
            double[] plain, double base, PretrainedConfig config, PretrainedConfig form) {
        double original = originalLength(config, form);
        double longer = config.decimal("max_position_embeddings", original) / original;
        double factor = form.decimal("factor", longer);
        double low = pairOfTurns(orElse(form, "beta_fast", 32), plain.length, base, original);
        double high = pairOfTurns(orElse(form, "beta_slow", 1), plain.length, base, original);
        if (form.flag("truncate", true)) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, 2 * plain.length - 1);
        double width = low == high ? 0.001 : high - low;
        double[] mixed = plain.clone();
        for (int i = 0; i < mixed.length; i++) {
            double stretched = Math.min(Math.max((i - low) / width, 0), 1);
            mixed[i] = plain[i] / factor * stretched + plain[i] * (1 - stretched);
        }
        double all = form.decimal("mscale_all_dim", 0);
        double one = form.decimal("mscale", 0);
        double growth =
                one != 0 && all != 0
                        ? growth(factor, one) / growth(factor, all)
                        : growth(factor, 1);
        return new Rope(mixed, mixed, Long.MAX_VALUE, form.decimal("attention_factor", growth));
    }

    /** The pair of features, counted with fractions, that turns so often in a text. */
    private static double pairOfTurns(double turns, int pairs, double base, double length) {
        return pairs * Math.log(length / (turns * 2 * Math.PI)) / Math.log(base);
    }

    /** As in transformers, 0 stands for the default too. */
    private static double orElse(PretrainedConfig form, String key, double otherwise) {
        double value = form.decimal(key, otherwise);
        return value == 0 ? otherwise : value;
    }

    private static double growth(double factor, double scale) {
        return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
    }

    /**
     * Cosines and sines grow by {@code sqrt(1 + log(factor) / log(original length))}, where the
     * factor is by how much the texts may be longer than those of the original training.
     */
    private static Rope longRope(double[] plain, PretrainedConfig config, PretrainedConfig form) {
        double original = originalLength(config, form);
        double longer = config.decimal("max_position_embeddings", original) / original;
        double factor = form.decimal("factor", longer);
        double growth = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
        return new Rope(
                divided(plain, factors(form, "short_factor", plain.length)),
                divided(plain, factors(form, "long_factor", plain.length)),
                (long) original,
                form.decimal("attention_factor", growth));
    }

    private static double[] factors(PretrainedConfig form, String key, int count) {
        List<Double> factors = form.decimals(key);
        if (factors.size() != count) {
            throw new IllegalArgumentException(
                    key
                            + " in config.json has "
                            + factors.size()
                            + " numbers, but "
                            + count
                            + " pairs of features turn. Take the config.json of this checkpoint.");
        }
        return factors.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** The angles of these positions, [B, S] or [T]. */
    public RotaryPositions at(NDArray positions) {
        return RotaryPositions.of(
                positions, isLong(positions) ? longFrequencies : frequencies, factor);
    }

    private boolean isLong(NDArray positions) {
        return originalLength < Long.MAX_VALUE
                && Arrays.stream(positions.toLongArray()).max().orElse(0) >= originalLength;
    }
}
