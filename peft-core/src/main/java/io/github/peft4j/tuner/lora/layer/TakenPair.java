package io.github.peft4j.tuner.lora.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.NewLayer;
import io.github.peft4j.tuner.lora.start.BaseShare;
import io.github.peft4j.tuner.lora.start.InitialPair;
import org.jspecify.annotations.Nullable;

/**
 * The pair that a start has taken out of the base: A0 and B0, frozen, so that the adapter acts as
 * \(s (B A - B_0 A_0)\) on a base that never changes.
 *
 * @param a A0, [r, in]
 * @param b -B0, [out, r]: with this sign the products of both pairs add
 */
public record TakenPair(Parameter a, Parameter b) {

    /** How A0 is called among a layer's tensors. */
    public static final String A0 = "lora_A0.weight";

    /** How -B0 is called. */
    public static final String B0 = "lora_B0.weight";

    /** The pair of a layer's start, or null where the start takes nothing. */
    static @Nullable TakenPair of(NewLayer layer, InitialPair start, BaseShare share) {
        if (share == BaseShare.NONE) {
            return null;
        }
        boolean kept = share == BaseShare.KEPT;
        InitialValue b = start.b();
        Parameter frozenA = layer.companion(A0, start.a(), kept);
        Parameter frozenB = layer.companion(B0, b.then(b.shape(), NDArray::neg), kept);
        return new TakenPair(frozenA, frozenB);
    }

    /** Where A starts: at A0. */
    InitialValue startOfA() {
        return InitialValue.copyOf(a);
    }

    /** Where B starts: at B0. */
    InitialValue startOfB() {
        InitialValue negated = InitialValue.copyOf(b);
        return negated.then(negated.shape(), NDArray::neg);
    }

    /** A over A0, [2 r, in]. */
    NDArray below(NDArray trained, AdapterPass pass) {
        return trained.concat(pass.value(a), 0);
    }

    /** B with -B0 at its right, [out, 2 r]. */
    NDArray beside(NDArray trained, AdapterPass pass) {
        return trained.concat(pass.value(b), 1);
    }
}
