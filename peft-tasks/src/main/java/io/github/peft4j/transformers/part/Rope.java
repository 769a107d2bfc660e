package io.github.peft4j.transformers.part;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.UnsupportedFeatureException;
import io.github.peft4j.transformers.PretrainedConfig;

/**
 * How a checkpoint turns its queries and keys, from {@code rope_parameters} of transformers 5 or
 * {@code rope_theta} and {@code rope_scaling} of transformers 4.
 *
 * <p>{@code rope_type} {@code default} and {@code linear} (positions divided by {@code factor}),
 * and {@code llama3}: wave lengths above {@code original_max_position_embeddings / low_freq_factor}
 * are stretched by {@code factor}, those below {@code ... / high_freq_factor} stay, those between
 * are mixed.
 *
 * @param frequencies angles of one position for each feature pair
 * @param factor on cosines and sines
 */
public record Rope(double[] frequencies, double factor) {

    /**
     * Reads the form.
     *
     * @param headSize features of a head
     * @param theta base where the file names none
     * @param share part of a head's features that turn, where the file names none
     */
    public static Rope from(PretrainedConfig config, int headSize, double theta, double share) {
        PretrainedConfig modern = config.section("rope_parameters");
        PretrainedConfig scaling = config.section("rope_scaling");
        PretrainedConfig form =
                modern.has("rope_theta") || modern.has("rope_type") ? modern : scaling;
        double base = modern.decimal("rope_theta", config.decimal("rope_theta", theta));
        double part =
                modern.decimal(
                        "partial_rotary_factor", config.decimal("partial_rotary_factor", share));
        double[] plain = RotaryPositions.frequencies(base, (int) (headSize * part));
        String type = form.string("rope_type").or(() -> form.string("type")).orElse("default");
        return switch (type) {
            case "default" -> new Rope(plain, 1);
            case "linear" -> new Rope(scaled(plain, form.decimal("factor", 1)), 1);
            case "llama3" -> new Rope(llama3(plain, form), 1);
            default ->
                    throw new UnsupportedFeatureException(
                            "rope_type '"
                                    + type
                                    + "' is not available in this version. Available: default,"
                                    + " linear, llama3.");
        };
    }

    private static double[] scaled(double[] frequencies, double factor) {
        double[] scaled = frequencies.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] /= factor;
        }
        return scaled;
    }

    private static double[] llama3(double[] frequencies, PretrainedConfig form) {
        double factor = form.decimal("factor", 8);
        double low = form.decimal("low_freq_factor", 1);
        double high = form.decimal("high_freq_factor", 4);
        double length = form.decimal("original_max_position_embeddings", 8192);
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

    /** The angles of these positions, [B, S] or [T]. */
    public RotaryPositions at(NDArray positions) {
        return RotaryPositions.of(positions, frequencies, factor);
    }
}
