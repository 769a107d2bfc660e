package io.github.peft4j.examples.quickstart;

import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.report.MergeType;
import io.github.peft4j.report.MergeVerdict;
import io.github.peft4j.report.ModelStatus;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.transformers.TransformerModel;
import java.io.IOException;
import java.nio.file.Path;

/** Looks at adapters before trusting them, and lets those of several methods act together. */
public final class KnowAdapters {

    private KnowAdapters() {}

    /** What a folder's tensors became; refused where they change nothing. */
    public static LoadReport effect(TransformerModel base, Path adapter) throws IOException {
        // snippet: effect
        LoadAdapterOptions options = LoadAdapterOptions.builder().optRequireEffect(true).build();
        try (PeftModel model = PeftModels.fromPretrained(base, adapter, "mine", options)) {
            LoadReport report = model.loadReport("mine");
            report.tensors().forEach((name, key) -> System.out.println(name + " -> " + key));
            return report; // report.effect() is ACTS, or this line is not reached
        }
        // end
    }

    /** The state of a model with two methods, a rotation around a low-rank change. */
    public static ModelStatus mixed(TransformerModel base, Path lora, Path oft) throws IOException {
        // snippet: mixed
        try (PeftModel model = PeftModels.mixedFromPretrained(base, lora, "low")) {
            model.loadAdapter(oft, "turn");
            model.setAdapter("low", "turn");
            System.out.println(model.status());
            return model.status();
        }
        // end
    }

    /** Whether merging into bf16 leaves the adapter what it learned. */
    public static MergeVerdict verdict(PeftModel model, ModelInput input, Path directory)
            throws IOException {
        // snippet: verdict
        MergeVerdict verdict = model.mergeVerdict(MergeType.BF16);
        System.out.println(verdict);
        System.out.println(model.mergeDrift(MergeType.BF16, input));
        if (verdict.advice() == MergeVerdict.Advice.MERGE) {
            try (MergedModel merged = model.mergeAndUnload()) {
                merged.savePretrained(directory);
            }
        }
        return verdict;
        // end
    }
}
