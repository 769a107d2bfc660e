package io.github.peft4j.cli.conformance.play;

import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.combine.WeightedAdapterOptions;
import io.github.peft4j.combine.WeightedAdapterOptions.MajoritySign;
import java.util.List;

/** The step {@code add_weighted_adapter} with Python's arguments. */
final class WeightedStep {

    private WeightedStep() {}

    static void play(PeftModel model, JsonObject args) {
        WeightedAdapterOptions.Builder options = WeightedAdapterOptions.builder();
        List<String> names = ExpectedFile.strings(args.get("adapters"));
        for (int i = 0; i < names.size(); i++) {
            double weight = args.getAsJsonArray("weights").get(i).getAsDouble();
            options.addAdapter(names.get(i), weight);
        }
        if (args.has("combination_type")) {
            options.optCombinationType(args.get("combination_type").getAsString());
        }
        if (args.has("density")) {
            options.optDensity(args.get("density").getAsDouble());
        }
        if (args.has("majority_sign_method")) {
            String rule = args.get("majority_sign_method").getAsString();
            options.optMajoritySignMethod(MajoritySign.of(rule));
        }
        if (args.has("svd_rank")) {
            options.optSvdRank(args.get("svd_rank").getAsInt());
        }
        if (args.has("svd_clamp")) {
            options.optSvdClamp(args.get("svd_clamp").getAsDouble());
        }
        model.addWeightedAdapter(args.get("adapter_name").getAsString(), options.build());
    }
}
