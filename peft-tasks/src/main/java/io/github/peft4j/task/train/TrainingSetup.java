package io.github.peft4j.task.train;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.StepAware;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.metric.Metric;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.frozen.FrozenLayerCache;
import io.github.peft4j.task.train.optim.AdamW;
import io.github.peft4j.task.train.optim.ParameterGroup;
import io.github.peft4j.task.train.optim.ParameterGrouping;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.task.train.score.Scorer;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a trainer is made of, and the parts that a run makes of it. */
record TrainingSetup(
        TrainingArguments arguments,
        ImmutableList<TrainerListener> listeners,
        ImmutableList<Supplier<? extends Metric>> metrics,
        ParameterGrouping grouping,
        Objective objective,
        @Nullable Scorer scorer,
        @Nullable String dataName) {

    private static final String EVAL = "eval_";

    /** The figure that tells which evaluation is best, without Hugging Face's optional prefix. */
    static String figure(TrainingArguments arguments) {
        return withoutPrefix(arguments.metricForBestModel());
    }

    /** The name of a figure as evaluations have it. */
    static String withoutPrefix(String name) {
        return name.startsWith(EVAL) ? name.substring(EVAL.length()) : name;
    }

    /** The same with one more listener. */
    TrainingSetup with(TrainerListener listener) {
        ImmutableList<TrainerListener> all =
                ImmutableList.<TrainerListener>builder().addAll(listeners).add(listener).build();
        return new TrainingSetup(arguments, all, metrics, grouping, objective, scorer, dataName);
    }

    /**
     * Refuses arguments that ask for evaluations where there are none, or for an unknown figure.
     */
    void requireEvaluations(Evaluator evaluator, @Nullable BatchLoader validation) {
        if (validation == null) {
            boolean needed =
                    arguments.loadBestModelAtEnd() || arguments.earlyStoppingPatience() > 0;
            if (needed || arguments.evalSteps() > 0) {
                throw new IllegalArgumentException(
                        "load_best_model_at_end, early_stopping_patience and eval_steps need "
                                + "evaluations, and validation is null. Pass validation examples "
                                + "or leave them out.");
            }
        } else if (!evaluator.names().isEmpty()) {
            requireFigure(evaluator.names());
        }
    }

    /** Refuses a figure for the best model that is none of these. */
    void requireFigure(Collection<String> names) {
        if (!names.contains(figure(arguments))) {
            throw new IllegalArgumentException(
                    ("metric_for_best_model '%s' is none of %s. Add the metric with addMetric or"
                                    + " optScorer, or name one of these.")
                            .formatted(arguments.metricForBestModel(), names));
        }
    }

    /**
     * The optimizer.
     *
     * @throws IllegalArgumentException if the groups are not a division of the trained tensors
     */
    AdamW optimizer(ImmutableMap<String, Parameter> trainable) {
        AdamW.Builder builder =
                AdamW.builder()
                        .optBeta1(arguments.adamBeta1())
                        .optBeta2(arguments.adamBeta2())
                        .optEpsilon(arguments.adamEpsilon());
        grouping.configure(builder);
        Set<String> grouped = new LinkedHashSet<>();
        for (ParameterGroup group : grouping.group(trainable)) {
            grouped.addAll(group.parameters().keySet());
            builder.addGroup(group.parameters(), group.weightDecay(), group.rateFactor());
        }
        if (!grouped.equals(trainable.keySet())) {
            throw new IllegalArgumentException(
                    ("The parameter groups hold %s, but these tensors train: %s. Put each "
                                    + "into one group.")
                            .formatted(grouped, trainable.keySet()));
        }
        return builder.build();
    }

    /** What makes the steps of a run. */
    TrainingStep step(
            PeftModel model,
            ImmutableMap<String, Parameter> trainable,
            AdamW optimizer,
            @Nullable FrozenLayerCache cache) {
        ImmutableSet.Builder<StepAware> aware = ImmutableSet.builder();
        for (String name : model.activeAdapters()) {
            aware.addAll(model.adapter(name).stepAware());
        }
        return new TrainingStep(
                model,
                arguments,
                trainable.values().asList(),
                optimizer,
                grouping,
                aware.build().asList(),
                LossWeights.of(model),
                listeners,
                objective,
                cache);
    }
}
