package io.github.peft4j.precision;

import java.util.Locale;

/**
 * How a model holds the weights of its frozen layers, decided when it is loaded. Adapters, norms,
 * biases and everything computed between the layers are float32 in each of them.
 */
public enum Precision {
    /**
     * Float32: what the file holds in bf16 or f16 is widened when it is loaded, exactly. Takes 4
     * bytes a weight; float32 files are mapped, not copied.
     */
    FLOAT32,

    /**
     * As in the file: bf16 and f16 stay 2 bytes a weight, mapped, without a copy in memory. Each
     * call of a layer widens its weight and drops it again, so results are those of {@link
     * #FLOAT32} to the last bit, memory is the file's, and small batches take several times as
     * long. A pass that records gradients widens all layers it reads, until it is done.
     */
    STORED,

    /**
     * As in the file, with a copy of each linear layer in half precision that is laid out for
     * FBGEMM's product of float32 activations with 16-bit weights (x86 alone; elsewhere as {@link
     * #STORED}). For prediction and generation: a pass that records gradients reads the file's
     * numbers. Sums are in float32. A weight that came from bf16 or f16 keeps its numbers, so
     * results differ from {@link #FLOAT32} by its own rounding (3e-7 of a product's norm); one from
     * a float32 file loses 13 bits (2e-4).
     */
    FP16_PACKED;

    /** The name in files and on command lines: {@code float32}, {@code stored}, ... */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The precision of a name.
     *
     * @throws IllegalArgumentException if there is none; the text lists them
     */
    public static Precision of(String text) {
        for (Precision precision : values()) {
            if (precision.text().equals(text)) {
                return precision;
            }
        }
        StringBuilder names = new StringBuilder();
        for (Precision precision : values()) {
            names.append(names.isEmpty() ? "" : ", ").append(precision.text());
        }
        throw new IllegalArgumentException(
                "There is no precision '%s'. Choose one of %s.".formatted(text, names));
    }
}
