package io.github.peft4j.cli.conformance.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.Comparison;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.cli.conformance.model.BaseModels;
import io.github.peft4j.cli.conformance.model.CaseInput;
import io.github.peft4j.cli.conformance.model.SentencePooling;
import io.github.peft4j.cli.conformance.model.TextInputs;
import io.github.peft4j.cli.conformance.play.GenerateCheck;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.BaseModel;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.transformers.TransformerModel;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A base model without adapters: outputs, hidden states, answers and gradients of its own weights.
 */
record ModelCase(String name, Path file, BaseModels models) implements ConformanceCase {

    private static final ImmutableSet<String> CHECKS =
            ImmutableSet.of("forward", "grad", "text", "generate");

    @Override
    public double run() throws Exception {
        try (NDManager manager = Engines.newManager()) {
            ExpectedFile expected = ExpectedFile.read(manager, file);
            JsonObject description = expected.description();
            requireKnownChecks(description);
            Comparison comparison = new Comparison(description);
            try (BaseModels.Loaded base = models.load(description)) {
                comparison.run(
                        () -> {
                            if (description.has("texts")) {
                                Path folder = models.find(description.get("model").getAsString());
                                TextInputs.check(folder, description, expected);
                            }
                            if (!expected.startingWith("out.").isEmpty()) {
                                forward(base.model(), expected, description, comparison);
                            }
                            if (description.has("generate")) {
                                generate(base.model(), expected, description, comparison);
                            }
                            if (!expected.startingWith("grad.").isEmpty()) {
                                gradients(base.model(), expected, comparison);
                            }
                        });
            }
            return comparison.result();
        }
    }

    private static void requireKnownChecks(JsonObject description) {
        for (JsonElement check : description.getAsJsonArray("checks")) {
            if (!CHECKS.contains(check.getAsString())) {
                throw new UnsupportedFeatureException(
                        "The check '"
                                + check.getAsString()
                                + "' is not available in this version.");
            }
        }
    }

    private void generate(
            BaseModel model, ExpectedFile expected, JsonObject description, Comparison comparison)
            throws Exception {
        Path folder = models.find(description.get("model").getAsString());
        GenerateCheck check = GenerateCheck.of(folder, description, expected, comparison);
        if (description.has("generated_texts")) {
            check.runTexts(Generator.of(model));
        } else {
            check.run("", Generator.of(model), expected.startingWith("in."));
        }
    }

    private static void forward(
            BaseModel model, ExpectedFile expected, JsonObject description, Comparison comparison)
            throws CaseFailure {
        Map<String, NDArray> wanted = expected.startingWith("out.");
        ModelInput input =
                CaseInput.of(expected)
                        .withOutputHiddenStates(
                                wanted.containsKey("hidden_states.0")
                                        || wanted.containsKey("decoder_hidden_states.0"));
        try (Gradients off = Gradients.off()) {
            ModelOutput output =
                    model.forward(input, new ParameterStore(input.manager(), false), false);
            JsonElement compare = description.get("compare");
            boolean attended = compare != null && compare.getAsString().equals("attended");
            for (Map.Entry<String, NDArray> entry : wanted.entrySet()) {
                NDArray ours =
                        SentencePooling.field(entry.getKey(), input, output)
                                .orElseThrow(
                                        () ->
                                                new CaseFailure(
                                                        "out." + entry.getKey() + " missing"));
                comparison.compare(
                        "out." + entry.getKey(),
                        ours,
                        entry.getValue(),
                        attended ? attendedRows(input, entry.getValue()) : null);
            }
        }
    }

    /** Which positions count, for tensors of one row a position. */
    private static boolean @Nullable [] attendedRows(ModelInput input, NDArray tensor) {
        NDArray mask = input.attentionMask();
        if (mask == null
                || tensor.getShape().dimension() < 2
                || !tensor.getShape().slice(0, 2).equals(mask.getShape())) {
            return null;
        }
        double[] values = Comparison.numbers(mask);
        boolean[] rows = new boolean[values.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = values[i] != 0;
        }
        return rows;
    }

    private static void gradients(BaseModel model, ExpectedFile expected, Comparison comparison)
            throws CaseFailure {
        ((TransformerModel) model).setTrainable(true);
        ModelInput input = CaseInput.of(expected);
        try (Gradients on = Gradients.on()) {
            ModelOutput output =
                    model.forward(input, new ParameterStore(input.manager(), false), true);
            Gradients.backward(output.loss());
        }
        for (Map.Entry<String, NDArray> entry : expected.startingWith("grad.").entrySet()) {
            var parameter = model.parameters().get(entry.getKey());
            if (parameter == null) {
                throw new CaseFailure("There is no parameter " + entry.getKey());
            }
            try (NDArray gradient = parameter.getArray().getGradient()) {
                comparison.compare("grad." + entry.getKey(), gradient, entry.getValue());
            }
        }
    }
}
