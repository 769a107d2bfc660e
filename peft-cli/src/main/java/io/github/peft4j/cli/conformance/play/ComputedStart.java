package io.github.peft4j.cli.conformance.play;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.Comparison;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * The start of a LoRA that is computed from the base or from data: it must be Python's. The sign of
 * a singular vector is chance, so rows of A and columns of B are compared without it, and the
 * products of both with it.
 */
record ComputedStart(LoraConfig config, AdapterSet set) {

    private static final String A = "lora_A.weight";
    private static final String B = "lora_B.weight";

    /**
     * Relative. Singular vectors whose values lie close together are less exact than the product
     * that they give: Python's own are up to 5.5e-5 off those in float64.
     */
    private static final double VECTORS = 1e-4;

    private static final double PRODUCTS = 1e-5;

    /** Behind an inverse of a covariance that is damped by a hundredth. */
    private static final double INVERSES = 1e-4;

    /** For lengths, where Python's draws decide which vectors are found. */
    private static final double CHANCE = 0.2;

    /** Singular values below this part of the largest are rounding, and their vectors too. */
    private static final double NOTHING = 1e-3;

    static boolean isOne(LoraConfig config) {
        return !config.initLoraWeights().isFlag()
                && !config.initLoraWeights().is("gaussian")
                && !config.initLoraWeights().is("orthogonal");
    }

    void compare(Map<String, NDArray> starts) throws CaseFailure {
        for (Map.Entry<String, NDArray> start : starts.entrySet()) {
            String key = start.getKey();
            NDArray ours = array(key);
            StartValues.requireShape("init." + key, ours, start.getValue());
            if (isDrawn() && (key.endsWith(A) || key.endsWith(B))) {
                requireLength(key, ours, start.getValue(), starts);
            } else if (key.endsWith(A) || key.endsWith(B)) {
                require(key, magnitudes(ours), magnitudes(start.getValue()), VECTORS);
            }
        }
        if (isDrawn()) {
            return;
        }
        for (String key : starts.keySet()) {
            NDArray b = starts.get(key.replace(A, B));
            NDArray a = starts.get(key);
            if (key.endsWith(A) && b != null && a != null) {
                NDArray ours = array(key.replace(A, B)).matMul(array(key));
                require(
                        key + " times B",
                        Comparison.numbers(ours),
                        Comparison.numbers(b.matMul(a)),
                        config.initLoraWeights().is("corda") ? INVERSES : PRODUCTS);
            }
        }
    }

    private static void requireLength(
            String key, NDArray ours, NDArray theirs, Map<String, NDArray> starts)
            throws CaseFailure {
        double largest = 0;
        for (Map.Entry<String, NDArray> start : starts.entrySet()) {
            if (start.getKey().endsWith(B) == key.endsWith(B)) {
                largest = Math.max(largest, norm(start.getValue()));
            }
        }
        double length = norm(theirs);
        if (Math.abs(norm(ours) - length) > CHANCE * length + NOTHING * largest) {
            throw new CaseFailure(
                    "init." + key + " has the length " + norm(ours) + ", Python's " + length);
        }
    }

    private static double norm(NDArray array) {
        return Comparison.norm(Comparison.numbers(array));
    }

    private boolean isDrawn() {
        String name = config.initLoraWeights().toString();
        return name.contains("_niter_") || name.equals("lora_ga");
    }

    private NDArray array(String key) throws CaseFailure {
        Parameter ours = set.tensors().get(key);
        if (ours == null) {
            throw new CaseFailure("init." + key + " missing");
        }
        return ours.getArray();
    }

    private static double[] magnitudes(NDArray array) {
        return Arrays.stream(Comparison.numbers(array)).map(Math::abs).toArray();
    }

    private static void require(String what, double[] ours, double[] theirs, double room)
            throws CaseFailure {
        double gap = Comparison.distance(ours, theirs);
        if (!(gap <= room)) {
            throw new CaseFailure(
                    String.format(
                            Locale.ROOT, "init.%s differs by %.1e (allowed %.0e)", what, gap, room),
                    gap);
        }
    }
}
