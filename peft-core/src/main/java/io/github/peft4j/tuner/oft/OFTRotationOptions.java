package io.github.peft4j.tuner.oft;

import com.google.common.base.Preconditions;
import io.github.peft4j.json.JsonValues;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a rotation is made of what is trained.
 *
 * @param coft whether the skew-symmetric matrix of a block is kept short (constrained OFT); default
 *     false
 * @param eps with {@code coft}: the longest that all blocks of a layer together may be, as a
 *     Frobenius norm; default 6e-5
 * @param blockShare whether all blocks of a layer turn alike; default false
 * @param useCayleyNeumann whether the rotation is a series that is cut off, faster and not quite
 *     orthogonal; if not, it is exact and turns the other way, as in PEFT; default true
 * @param numCayleyNeumannTerms summands of the series; 3 and 4 give the same; default 5
 */
public record OFTRotationOptions(
        boolean coft,
        Number eps,
        boolean blockShare,
        boolean useCayleyNeumann,
        int numCayleyNeumannTerms) {

    /** PEFT's defaults. */
    static final OFTRotationOptions DEFAULT = new OFTRotationOptions(false, 6e-5, false, true, 5);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if eps is not positive
     */
    public OFTRotationOptions {
        eps = JsonValues.freezeNumber(eps);
        Preconditions.checkArgument(
                !coft || eps.doubleValue() > 0,
                "eps is %s; with coft it must be positive. Leave it at 6e-5, or switch coft off.",
                eps);
    }

    void putInto(Map<String, @Nullable Object> json) {
        json.put("coft", coft);
        json.put("eps", eps);
        json.put("block_share", blockShare);
        json.put("use_cayley_neumann", useCayleyNeumann);
        json.put("num_cayley_neumann_terms", (long) numCayleyNeumannTerms);
    }
}
