package io.github.peft4j.cli.conformance.compare;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.ModelOutput;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares tensors by the golden files' rules: relative Euclidean error over the whole tensor, 1e-5
 * for outputs and weights, 1e-4 for gradients and whatever follows training steps. The case's
 * {@code rtol}, {@code near_zero} and {@code unstable} are honoured and nothing else is.
 */
public final class Comparison {

    private static final double OUTPUT = 1e-5;
    private static final double TRAINED = 1e-4;

    /** A tensor that is zero up to rounding may be this large beside the largest of its group. */
    private static final double NEAR_ZERO = 1e-5;

    /** Python gives a gap with two digits. */
    private static final double GAP = 0.1;

    private final ImmutableMap<String, Double> gaps;
    private final JsonObject rtol;
    private final ImmutableSet<String> nearZero;
    private final ImmutableSet<String> unstable;
    private double worst;
    private boolean started;

    public Comparison(JsonObject rules) {
        JsonElement limits = rules.get("rtol");
        rtol =
                limits != null && limits.isJsonObject()
                        ? limits.getAsJsonObject()
                        : new JsonObject();
        gaps = changesWhenLoaded(rules);
        nearZero = names(rules, "near_zero");
        unstable = names(rules, "unstable");
    }

    /**
     * How far Python's own outputs are off once the saved adapter is loaded again, by name; empty
     * if they are the same, as they should be.
     */
    static ImmutableMap<String, Double> changesWhenLoaded(JsonObject rules) {
        ImmutableMap.Builder<String, Double> changes = ImmutableMap.builder();
        JsonElement reload = rules.get("reload");
        if (reload != null && reload.isJsonObject() && !reload.getAsJsonObject().has("type")) {
            reload.getAsJsonObject()
                    .entrySet()
                    .forEach(entry -> changes.put(entry.getKey(), entry.getValue().getAsDouble()));
        }
        return changes.buildOrThrow();
    }

    private static ImmutableSet<String> names(JsonObject rules, String key) {
        ImmutableSet.Builder<String> names = ImmutableSet.builder();
        if (rules.has(key)) {
            rules.getAsJsonArray(key).forEach(name -> names.add(name.getAsString()));
        }
        return names.build();
    }

    /**
     * The largest relative error.
     *
     * @throws CaseFailure if nothing was compared, which proves nothing
     */
    public double result() throws CaseFailure {
        if (!started) {
            throw new CaseFailure("there is nothing to compare");
        }
        return worst;
    }

    /** Whether two of our own results differ by more than an output may differ from Python's. */
    public static boolean differ(NDArray one, NDArray other) {
        return !(distance(numbers(one), numbers(other)) <= OUTPUT);
    }

    /** Whether rounding alone decides this tensor. */
    public boolean isUnstable(String name) {
        return unstable.contains(name);
    }

    /** Whether this tensor is zero up to rounding. */
    public boolean isNearZero(String name) {
        return nearZero.contains(name);
    }

    /** Part of a case that compares. */
    @FunctionalInterface
    public interface Check {
        void run() throws Exception;
    }

    /** Runs a part of a case; what this version lacks must show before anything is compared. */
    public void run(Check check) throws Exception {
        try {
            check.run();
        } catch (UnsupportedFeatureException e) {
            if (started) {
                throw new CaseFailure("lacks something only after comparing: " + e.getMessage());
            }
            throw e;
        }
    }

    /** Notes something that is as it must be, and has no numbers. */
    public void met() {
        started = true;
    }

    /** Compares what must be the same. */
    public void equal(String what, Object ours, Object theirs) throws CaseFailure {
        started = true;
        if (!ours.equals(theirs)) {
            throw new CaseFailure(what + ": " + ours + ", Python has " + theirs);
        }
    }

    /** Compares all fields of an output that stand in the file under this start. */
    public void compareOutput(String start, ModelOutput output, ExpectedFile expected)
            throws CaseFailure {
        for (Map.Entry<String, NDArray> entry : expected.startingWith(start).entrySet()) {
            NDArray ours =
                    output.get(entry.getKey())
                            .orElseThrow(
                                    () -> new CaseFailure(start + entry.getKey() + " missing"));
            String name = start + entry.getKey();
            Double gap = gaps.get("out." + entry.getKey());
            if (gap == null) {
                if (!isUnstable(name)) {
                    compare(name, ours, entry.getValue());
                }
            } else if (start.equals("out.")) {
                compareGap(name, ours, entry.getValue(), gap);
            } else if (start.equals("merged.")) {
                compare(name, ours, entry.getValue()); // Python merged what it had loaded
            }
        }
    }

    /** A loaded adapter must be as far off the saved one as Python's is. */
    private void compareGap(String name, NDArray ours, NDArray theirs, double gap)
            throws CaseFailure {
        started = true;
        double here = distance(numbers(ours), numbers(theirs));
        if (!(Math.abs(here - gap) <= GAP * gap)) {
            throw new CaseFailure(
                    String.format(
                            Locale.ROOT,
                            "%s of the loaded adapter differs by %.1e, Python's by %.1e",
                            name,
                            here,
                            gap),
                    here);
        }
    }

    /** Compares an output, a weight, a gradient or a trained tensor; the name tells which. */
    public void compare(String name, NDArray ours, NDArray theirs) throws CaseFailure {
        compare(name, ours, theirs, null);
    }

    /**
     * Compares the rows whose mask is 1.
     *
     * @param mask one value a row of the leading axes, or null for all
     */
    public void compare(String name, NDArray ours, NDArray theirs, boolean @Nullable [] mask)
            throws CaseFailure {
        started = true;
        if (!ours.getShape().equals(theirs.getShape())) {
            throw new CaseFailure(
                    name + " has shape " + ours.getShape() + ", Python " + theirs.getShape());
        }
        double[] left = numbers(ours);
        double[] right = numbers(theirs);
        requireFiniteAlike(name, left, right);
        if (mask != null) {
            left = rows(left, mask);
            right = rows(right, mask);
        }
        check(name, distance(left, right));
    }

    /**
     * Compares a group of tensors, where those near zero are measured against the largest.
     *
     * @param largest the largest norm in the group
     */
    public void compareNearZero(String name, NDArray ours, NDArray theirs, double largest)
            throws CaseFailure {
        started = true;
        if (!ours.getShape().equals(theirs.getShape())) {
            throw new CaseFailure(
                    name + " has shape " + ours.getShape() + ", Python " + theirs.getShape());
        }
        double norm = norm(numbers(ours));
        if (!(norm <= NEAR_ZERO * largest)) {
            throw new CaseFailure(
                    String.format(
                            Locale.ROOT,
                            "%s should be zero up to rounding; its norm is %.1e beside %.1e",
                            name,
                            norm,
                            largest),
                    norm / largest);
        }
    }

    private void check(String name, double error) throws CaseFailure {
        double limit = limit(name);
        worst = Math.max(worst, error);
        if (!(error <= limit)) {
            throw new CaseFailure(
                    String.format(
                            Locale.ROOT, "%s differs by %.1e (allowed %.0e)", name, error, limit),
                    error);
        }
    }

    private double limit(String name) {
        JsonElement given = rtol.get(name);
        if (given != null) {
            return given.getAsDouble();
        }
        boolean trained =
                name.startsWith("grad.") || name.startsWith("sgd.") || name.startsWith("adamw.");
        return trained ? TRAINED : OUTPUT;
    }

    /** NaN and infinity must stand where Python has them; the rest is measured. */
    private static void requireFiniteAlike(String name, double[] ours, double[] theirs)
            throws CaseFailure {
        for (int i = 0; i < ours.length; i++) {
            if (Double.isFinite(ours[i]) && Double.isFinite(theirs[i])) {
                continue;
            }
            if (Double.compare(ours[i], theirs[i]) != 0) {
                throw new CaseFailure(name + "[" + i + "] is " + ours[i] + ", Python " + theirs[i]);
            }
            ours[i] = 0;
            theirs[i] = 0;
        }
    }

    private static double[] rows(double[] values, boolean[] mask) {
        int width = values.length / mask.length;
        double[] kept = new double[values.length];
        int count = 0;
        for (int row = 0; row < mask.length; row++) {
            if (mask[row]) {
                System.arraycopy(values, row * width, kept, count, width);
                count += width;
            }
        }
        return Arrays.copyOf(kept, count);
    }

    public static double norm(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    /** The relative distance, by the norm of the second. */
    public static double distance(double[] ours, double[] theirs) {
        double[] difference = new double[ours.length];
        Arrays.setAll(difference, i -> ours[i] - theirs[i]);
        double norm = norm(theirs);
        double gap = norm(difference);
        return norm == 0 ? gap : gap / norm;
    }

    /** The numbers of an array of any type in double. */
    public static double[] numbers(NDArray array) {
        if (array.getDataType() == DataType.FLOAT32) {
            float[] floats = array.toFloatArray();
            double[] doubles = new double[floats.length];
            Arrays.setAll(doubles, i -> floats[i]);
            return doubles;
        }
        return Arrays.stream(array.toArray()).mapToDouble(Number::doubleValue).toArray();
    }
}
