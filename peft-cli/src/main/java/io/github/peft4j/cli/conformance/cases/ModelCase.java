package io.github.peft4j.cli.conformance.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.Comparison;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.cli.conformance.model.BaseModels;
import io.github.peft4j.cli.conformance.model.SentencePooling;
import io.github.peft4j.cli.conformance.model.TextInputs;
import io.github.peft4j.cli.conformance.play.GenerateCheck;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.reference.Judge;
import io.github.peft4j.transformers.reference.ReferenceCall;
import java.nio.file.Path;
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
            if (!expected.startingWith("grad.").isEmpty()) {
                models.requireTrainable();
            }
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
                                gradients(base.model(), expected, description, comparison);
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

    /** What Python computed of the same call. */
    private static ReferenceCall call(ExpectedFile expected, JsonObject description) {
        return new ReferenceCall(expected.tensors(), description);
    }

    private static void forward(
            BaseModel model, ExpectedFile expected, JsonObject description, Comparison comparison)
            throws CaseFailure {
        ReferenceCall call = call(expected, description);
        call.outputs(
                model,
                call.input().withOutputHiddenStates(call.hasHiddenStates()),
                new Verdict(comparison));
    }

    private static void gradients(
            BaseModel model, ExpectedFile expected, JsonObject description, Comparison comparison)
            throws CaseFailure {
        ((TransformerModel) model).setTrainable(true);
        ReferenceCall call = call(expected, description);
        call.gradients(model, call.input(), true, new Verdict(comparison));
    }

    /** Compares as the file's tolerances ask. */
    private record Verdict(Comparison comparison) implements Judge<CaseFailure> {

        @Override
        public void compare(String name, NDArray ours, NDArray theirs, boolean @Nullable [] rows)
                throws CaseFailure {
            comparison.compare(name, ours, theirs, rows);
        }

        @Override
        public CaseFailure missing(String name) {
            return new CaseFailure(name + " missing");
        }

        @Override
        public @Nullable NDArray output(String field, ModelInput input, ModelOutput output) {
            return SentencePooling.field(field, input, output).orElse(null);
        }
    }
}
