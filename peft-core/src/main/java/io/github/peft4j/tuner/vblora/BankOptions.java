package io.github.peft4j.tuner.vblora;

import io.github.peft4j.config.OptionChecks;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The vectors that all layers share.
 *
 * @param numVectors n, how many; default 256
 * @param vectorLength v, their length, which must divide every layer's inputs and outputs; default
 *     256
 * @param initVectorBankBound they start uniform within this bound; default 0.02
 */
public record BankOptions(int numVectors, int vectorLength, Number initVectorBankBound) {

    static final BankOptions DEFAULT = new BankOptions(256, 256, 0.02);

    /** Checks the values. */
    public BankOptions {
        OptionChecks.positive("num_vectors", numVectors, 256);
        OptionChecks.positive("vector_length", vectorLength, 256);
        initVectorBankBound = OptionChecks.finite("init_vector_bank_bound", initVectorBankBound);
    }

    void putInto(Map<String, @Nullable Object> json) {
        json.put("num_vectors", numVectors);
        json.put("vector_length", vectorLength);
        json.put("init_vector_bank_bound", initVectorBankBound);
    }
}
