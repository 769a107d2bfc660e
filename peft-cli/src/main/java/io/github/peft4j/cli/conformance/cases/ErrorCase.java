package io.github.peft4j.cli.conformance.cases;

import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.IntendedDifferences;
import io.github.peft4j.cli.conformance.compare.Verdicts;
import io.github.peft4j.cli.conformance.compare.Wording;
import io.github.peft4j.cli.conformance.model.BaseModels;
import io.github.peft4j.cli.conformance.play.ErrorSteps;
import io.github.peft4j.config.LoadedConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.exception.UnsupportedFeatureException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of errors.json: a config, the model it meets and what is done with both. It must be refused
 * where Python refuses it, at whatever stage, warned of where Python warns, and else accepted. What
 * Python fails at by accident ({@link IntendedDifferences}) may also work.
 */
record ErrorCase(String name, JsonObject row, BaseModels models) implements ConformanceCase {

    @Override
    public double run() throws Exception {
        List<String> warnings = new ArrayList<>();
        judge(play(warnings), warnings);
        return 0;
    }

    /** The refusal, or null if there is none. */
    private @Nullable Exception play(List<String> warnings) throws Exception {
        LoadedConfig loaded;
        try {
            loaded = PeftConfig.loadJson(row.get("config").toString());
        } catch (UnsupportedFeatureException e) {
            throw e;
        } catch (RuntimeException e) {
            return e;
        }
        warnings.addAll(loaded.warnings());
        // A base that cannot be read is no refusal of the config.
        try (BaseModels.Loaded base = models.loadForItsTask(row.get("model").getAsString())) {
            return play(base, loaded.config(), warnings);
        }
    }

    private @Nullable Exception play(
            BaseModels.Loaded base, PeftConfig config, List<String> warnings) {
        try (PeftModel model = PeftModels.getPeftModel(base.model().block(), config)) {
            warnings.addAll(model.loadReport(PeftModel.DEFAULT_ADAPTER).warnings());
            if (row.has("step")) {
                ErrorSteps steps = new ErrorSteps(base.model(), config, model, warnings);
                steps.run(row.get("step").getAsString());
            }
            return null;
        } catch (UnsupportedFeatureException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            return e;
        }
    }

    private void judge(@Nullable Exception refusal, List<String> warnings) throws CaseFailure {
        if (row.get("outcome").getAsString().equals("error")) {
            JsonObject error = row.getAsJsonObject("error");
            if (refusal == null) {
                if (IntendedDifferences.contain(error.get("text").getAsString())) {
                    return;
                }
                throw new CaseFailure("accepted, and Python refuses it: " + error.get("text"));
            }
            Verdicts.requireRefusal(refusal, names(error));
        } else if (refusal != null) {
            throw new CaseFailure("refused, and Python accepts it: " + refusal);
        } else {
            Verdicts.requireWarnings(row, warnings);
        }
    }

    private ImmutableSet<String> names(JsonObject error) {
        JsonObject config = row.getAsJsonObject("config").deepCopy();
        config.remove("peft_type");
        return ImmutableSet.<String>builder()
                .addAll(Wording.names(config))
                .addAll(Wording.names(error.get("text").getAsString()))
                .build();
    }
}
