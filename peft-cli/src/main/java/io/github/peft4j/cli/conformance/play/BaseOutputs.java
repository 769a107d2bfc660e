package io.github.peft4j.cli.conformance.play;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.gson.JsonObject;
import io.github.peft4j.DisabledAdapters;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.Comparison;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.TensorOps;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a model gives while its adapter is switched off. Python computes {@code base.*} on a base
 * that some methods have changed; here the base is what it was. Then it must be as far off {@code
 * base.*} as Python's plain model is, and the adapter with nothing trained in it must give {@code
 * base.*}.
 */
public record BaseOutputs(
        PeftModel model, ModelInput input, ExpectedFile expected, Comparison comparison) {

    private static final String BASE = "base.";

    /** How the case calls the relative gap, of which it gives two digits. */
    private static final String GAP = "base_differs_from_plain_model";

    private static final String FACTOR = "lora_B.weight";

    /** A gap that rounding explains. */
    private static final double NEAR = 1e-4;

    /** Half a unit of the second digit, and room for the rounding of both sides. */
    private static final double ROOM = 0.0501;

    public void check(JsonObject description) throws CaseFailure {
        Map<String, NDArray> theirs = expected.startingWith(BASE);
        if (theirs.isEmpty()) {
            return; // labels, too, may fit the adapter alone
        }
        ModelOutput plain = model.forward(input, Activation.none());
        try (DisabledAdapters off = model.disableAdapter()) {
            ModelOutput disabled = model.forward(input);
            boolean changed = description.has(GAP) && gap(disabled, theirs) > NEAR;
            if (!changed || !isSame(disabled, plain, theirs)) {
                comparison.compareOutput(BASE, disabled, expected);
                return;
            }
        }
        requireGap(description.get(GAP).getAsDouble(), plain, theirs);
        AdapterSet adapter = model.adapter(PeftModel.DEFAULT_ADAPTER);
        try (NDManager scratch = Engines.newManager();
                Gradients off = Gradients.off()) {
            Map<Parameter, NDArray> trained = silence(adapter, scratch);
            comparison.compareOutput(BASE, model.forward(input), expected);
            trained.forEach((parameter, value) -> TensorOps.copy(parameter.getArray(), value));
        }
    }

    /** Whether switching the adapter off gives the plain base: trained biases, say, stay on. */
    private static boolean isSame(
            ModelOutput disabled, ModelOutput plain, Map<String, NDArray> fields) {
        return fields.keySet().stream()
                .allMatch(
                        name ->
                                distance(
                                                disabled.get(name).orElseThrow(),
                                                plain.get(name).orElseThrow())
                                        == 0);
    }

    private static void requireGap(double gap, ModelOutput plain, Map<String, NDArray> theirs)
            throws CaseFailure {
        double ours = gap(plain, theirs);
        double unit = Math.pow(10, Math.floor(Math.log10(gap)));
        if (Math.abs(ours - gap) > ROOM * unit) {
            throw new CaseFailure(
                    String.format(
                            Locale.ROOT,
                            "The plain base differs from base.* by %.3g, in Python by %.2g",
                            ours,
                            gap),
                    ours);
        }
    }

    /** How far Python's outputs are off ours. */
    private static double gap(ModelOutput ours, Map<String, NDArray> theirs) {
        double gap = 0;
        for (Map.Entry<String, NDArray> field : theirs.entrySet()) {
            NDArray here = ours.get(field.getKey()).orElseThrow();
            gap = Math.max(gap, distance(field.getValue(), here));
        }
        return gap;
    }

    /** Takes out all that training gave: the product of the pairs, and modules saved whole. */
    private static Map<Parameter, NDArray> silence(AdapterSet adapter, NDManager scratch) {
        Map<Parameter, NDArray> before = new LinkedHashMap<>();
        adapter.tensors()
                .forEach(
                        (key, parameter) -> {
                            if (key.endsWith(FACTOR)) {
                                NDArray zeros = parameter.getArray().zerosLike();
                                put(parameter, zeros, before, scratch);
                            }
                        });
        adapter.savedModules()
                .forEach(
                        (use, copy) ->
                                put(copy.parameter(), use.parameter().getArray(), before, scratch));
        return before;
    }

    private static void put(
            Parameter target, NDArray value, Map<Parameter, NDArray> before, NDManager scratch) {
        NDArray old = TensorOps.detached(target.getArray());
        old.attach(scratch);
        before.put(target, old);
        TensorOps.copy(target.getArray(), value);
    }

    private static double distance(NDArray ours, NDArray theirs) {
        return Comparison.distance(Comparison.numbers(ours), Comparison.numbers(theirs));
    }
}
