package io.github.peft4j.cli.conformance.play;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.Comparison;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Start values. Frozen tensors come from a seed or from the base and must be Python's; of those
 * that are merely drawn, shapes, zeros, and the distribution's standard deviation. Trained tensors
 * that a file does not hold are no start values: a training starts from them.
 */
public final class StartValues {

    /** Enough numbers for their deviation to say something. */
    private static final int FEW = 64;

    private static final int SEED = 0;

    private static final Logger logger = LoggerFactory.getLogger(StartValues.class);

    private StartValues() {}

    /**
     * Compares the start of a fresh adapter with {@code init.*}. Of a start that this version
     * cannot compute there is nothing to compare: the adapter's file brings its values.
     */
    public static void check(
            BaseModel base,
            PeftConfig config,
            JsonObject description,
            ModelInput input,
            ExpectedFile expected)
            throws CaseFailure {
        Map<String, NDArray> starts = expected.startingWith("init.");
        if (starts.isEmpty()) {
            return;
        }
        Engine.getEngine(Engines.PYTORCH).setRandomSeed(SEED);
        PeftConfig fresh = PreparedStart.of(base, config, description, input);
        try (PeftModel model = PeftModels.getPeftModel(base.block(), fresh)) {
            AdapterSet set = model.adapter(PeftModel.DEFAULT_ADAPTER);
            if (description.has("prepare")) {
                ConfigFields.requireSame(
                        Objects.requireNonNull(model.peftConfig().get(PeftModel.DEFAULT_ADAPTER)),
                        config);
            }
            if (fresh instanceof LoraConfig lora && ComputedStart.isOne(lora)) {
                new ComputedStart(lora, set).compare(starts);
                return;
            }
            for (Map.Entry<String, NDArray> entry : starts.entrySet()) {
                String name = "init." + entry.getKey();
                Parameter ours = set.tensors().get(entry.getKey());
                if (ours == null) {
                    throw new CaseFailure(name + " missing");
                }
                requireShape(name, ours.getArray(), entry.getValue());
                if (!set.trainable().contains(ours)) {
                    requireEqual(name, ours.getArray(), entry.getValue());
                } else if (set.file().containsKey(entry.getKey())) {
                    compare(name, ours.getArray(), entry.getValue());
                }
            }
        } catch (UnsupportedFeatureException startOfPython) {
            logger.debug("Start values are not compared: {}", startOfPython.getMessage());
        }
    }

    static void requireShape(String name, NDArray ours, NDArray theirs) throws CaseFailure {
        if (!ours.getShape().equals(theirs.getShape())) {
            throw new CaseFailure(
                    name + " has shape " + ours.getShape() + ", Python " + theirs.getShape());
        }
    }

    private static void requireEqual(String name, NDArray ours, NDArray theirs) throws CaseFailure {
        double[] left = Comparison.numbers(ours);
        double[] right = Comparison.numbers(theirs);
        for (int i = 0; i < left.length; i++) {
            if (left[i] != right[i]) {
                throw new CaseFailure(name + "[" + i + "] is " + left[i] + ", Python " + right[i]);
            }
        }
    }

    private static void compare(String name, NDArray ours, NDArray theirs) throws CaseFailure {
        double[] left = Comparison.numbers(ours);
        double[] right = Comparison.numbers(theirs);
        for (int i = 0; i < left.length; i++) {
            if ((left[i] == 0) != (right[i] == 0)) {
                throw new CaseFailure(name + "[" + i + "] is " + left[i] + ", Python " + right[i]);
            }
        }
        if (left.length < FEW) {
            return;
        }
        double spread = Comparison.norm(left) / Comparison.norm(right);
        // Two independent draws; in an orthogonal start half of the numbers are independent.
        double room = 5 / Math.sqrt(left.length / 2.0);
        if (Comparison.norm(right) > 0 && Math.abs(spread - 1) > room) {
            throw new CaseFailure(
                    String.format(
                            Locale.ROOT,
                            "%s spreads %.3f times as far as Python's (allowed 1 +- %.3f)",
                            name,
                            spread,
                            room));
        }
    }
}
