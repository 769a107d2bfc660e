package io.github.peft4j.cli.conformance.cases;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.adapter.ModuleCopy;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.cli.conformance.compare.Verdicts;
import io.github.peft4j.cli.conformance.compare.Wording;
import io.github.peft4j.cli.conformance.model.TreeModel;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.exception.UnsupportedFeatureException;
import java.util.ArrayList;
import java.util.List;

/**
 * A row of targets.json: names of linear layers and a config. Real LoRA must land on the layers
 * that Python's lands on, save the same modules and store the same targets, or be refused as there.
 *
 * @param row options and what Python made of them
 * @param layers names of the layers
 */
record TargetCase(String name, JsonObject row, ImmutableList<String> layers)
        implements ConformanceCase {

    private static final ImmutableSet<String> RESULTS =
            ImmutableSet.of("tree", "matched", "saved", "error", "stored_target_modules");

    @Override
    public double run() throws Exception {
        JsonObject json = row.deepCopy();
        RESULTS.forEach(json::remove);
        JsonObject options = json.deepCopy();
        json.addProperty("peft_type", "LORA");
        json.addProperty("r", 1);
        try (TreeModel tree = new TreeModel(layers)) {
            PeftConfig config = PeftConfig.fromJson(json.toString());
            try (PeftModel model = PeftModels.getPeftModel(tree, config)) {
                compare(model);
            }
        } catch (UnsupportedFeatureException e) {
            throw e;
        } catch (RuntimeException e) {
            if (!row.has("error")) {
                throw new CaseFailure("refused, and Python accepts it: " + e);
            }
            Verdicts.requireRefusal(e, Wording.names(options));
        }
        return 0;
    }

    private void compare(PeftModel model) throws CaseFailure {
        if (row.has("error")) {
            throw new CaseFailure("accepted, and Python refuses it: " + row.get("error"));
        }
        AdapterSet set = model.adapter(PeftModel.DEFAULT_ADAPTER);
        equal("adapted layers", set.layers().keySet(), ExpectedFile.strings(row.get("matched")));
        ImmutableList<String> saved =
                set.savedModules().values().stream()
                        .map(ModuleCopy::modulePath)
                        .collect(ImmutableList.toImmutableList());
        equal(
                "saved modules",
                saved,
                outermost(
                        row.has("saved")
                                ? ExpectedFile.strings(row.get("saved"))
                                : ImmutableList.of()));
        if (row.has("stored_target_modules")) {
            PeftConfig stored = model.peftConfig().get(PeftModel.DEFAULT_ADAPTER);
            if (!(stored instanceof LayerConfig targeted)) {
                throw new CaseFailure("stored a config without targets: " + stored);
            }
            equal(
                    "stored targets",
                    targeted.targetModules().orElseThrow().values(),
                    ExpectedFile.strings(row.get("stored_target_modules")));
        }
    }

    private static void equal(String what, Iterable<String> ours, Iterable<String> theirs)
            throws CaseFailure {
        ImmutableSortedSet<String> left = ImmutableSortedSet.copyOf(ours);
        ImmutableSortedSet<String> right = ImmutableSortedSet.copyOf(theirs);
        if (!left.equals(right)) {
            throw new CaseFailure(what + ": " + left + ", Python has " + right);
        }
    }

    /** A copy holds all that is below it; Python wraps inner modules once more, which shows. */
    private static ImmutableList<String> outermost(List<String> saved) {
        List<String> paths = new ArrayList<>();
        for (String path : saved) {
            paths.add(path.replace(".modules_to_save.default", ""));
        }
        return paths.stream()
                .filter(path -> paths.stream().noneMatch(other -> path.startsWith(other + ".")))
                .collect(ImmutableList.toImmutableList());
    }
}
