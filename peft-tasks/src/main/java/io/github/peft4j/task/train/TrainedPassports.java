package io.github.peft4j.task.train;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.set.FreshParameters;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.report.LogEntry;
import io.github.peft4j.task.train.report.TrainingResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a training into the passports of the adapters that it trained. */
final class TrainedPassports {

    private static final Logger logger = LoggerFactory.getLogger(TrainedPassports.class);

    private TrainedPassports() {}

    /** Warns of a head that is random and will stay so. */
    static void warnOfFrozenHead(PeftModel model) {
        for (String name : model.activeAdapters()) {
            List<String> random =
                    FreshParameters.frozen(model.base().freshParameters(), model.adapter(name));
            if (!random.isEmpty()) {
                logger.warn(
                        "Adapter '{}' does not train {}, which are not in the checkpoint: they stay"
                                + " random, and the next load draws others. {}",
                        name,
                        random,
                        FreshParameters.cure(random));
            }
        }
    }

    /**
     * Notes arguments, data, losses and the last evaluation, and how vectors were made of tokens.
     */
    static void note(
            PeftModel model, TrainingSetup setup, BatchSource examples, TrainingResult result) {
        Map<String, Object> figures = new LinkedHashMap<>();
        for (LogEntry entry : result.history()) {
            entry.figures()
                    .forEach(
                            (figure, value) -> {
                                if (figure.startsWith("eval_")) {
                                    figures.put(figure, value);
                                }
                            });
        }
        String given = setup.dataName();
        String data = given == null ? examples.name() : given;
        figures.put("train_samples", examples.size());
        figures.put("steps", result.steps());
        figures.put("train_loss", result.meanLoss());
        result.bestMetric().ifPresent(value -> figures.put("best_metric", value));
        String digest = DataDigest.of(examples);
        for (String name : model.activeAdapters()) {
            AdapterPassport.Builder passport =
                    model.passport(name).toBuilder()
                            .optTrainingDataDigest(digest)
                            .optTraining(values(setup.arguments()), figures);
            if (!data.isEmpty()) {
                passport.optTrainingData(data);
            }
            List<String> named = names(model.base().labels(), examples.labels());
            if (!named.isEmpty()) {
                passport.optLabels(named);
            }
            if (setup.objective() instanceof InBatchNegatives) {
                passport.optPooling(InBatchNegatives.POOLING);
            }
            model.setPassport(name, passport.build());
        }
    }

    /** The names that the examples have for labels which the model only numbers; usually none. */
    private static List<String> names(List<String> ofModel, List<String> ofExamples) {
        boolean numbered =
                IntStream.range(0, ofModel.size())
                        .allMatch(i -> ofModel.get(i).equals("LABEL_" + i));
        return numbered && ofModel.size() == ofExamples.size() && !ofExamples.contains("")
                ? ofExamples
                : ImmutableList.of();
    }

    private static Map<String, ?> values(TrainingArguments arguments) {
        try {
            return arguments.toMap();
        } catch (IllegalStateException noName) {
            logger.warn("The passport will not hold the arguments: {}", noName.getMessage());
            return ImmutableMap.of();
        }
    }
}
