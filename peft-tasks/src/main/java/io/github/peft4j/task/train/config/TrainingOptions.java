package io.github.peft4j.task.train.config;

import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionTable;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.task.internal.TaskOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The options of {@link TrainingArguments}: Hugging Face's, in its order, and our own. */
final class TrainingOptions {

    /** Hugging Face writes a number of epochs as a float. */
    private static final JsonType<Integer> EPOCHS =
            JsonType.of(
                    TaskOptions.WHOLE.name(),
                    TaskOptions.WHOLE::tryConvert,
                    epochs -> (double) epochs);

    private static final JsonType<Path> PATH =
            JsonType.of(
                    "a path",
                    json ->
                            json instanceof String path
                                    ? Optional.of(Path.of(path))
                                    : Optional.empty(),
                    Path::toString);

    private static final JsonType<LearningRateSchedule> SCHEDULE =
            JsonType.of(
                    NamedSchedules.RULE,
                    json -> Optional.ofNullable(NamedSchedules.BY_NAME.get(json)),
                    schedule -> NamedSchedules.nameOf(schedule).orElse("custom"));

    static final Option<Path> OUTPUT_DIR =
            Option.nullable("output_dir", PATH)
                    .means("directory of the checkpoints; null for no checkpoints");
    static final Option<Integer> PER_DEVICE_TRAIN_BATCH_SIZE =
            TaskOptions.atLeast(1, "per_device_train_batch_size", 8, "Usual: 8 to 64")
                    .means("examples in a forward pass of training");
    static final Option<Integer> NUM_TRAIN_EPOCHS =
            Option.of("num_train_epochs", EPOCHS, 3)
                    .must(value -> value >= 1, "at least 1. Use max_steps for less than one epoch")
                    .means("passes over the training examples");
    static final Option<Integer> MAX_STEPS =
            Option.of("max_steps", TaskOptions.WHOLE, -1)
                    .must(value -> value >= 1 || value == -1, "at least 1, or -1 for whole epochs")
                    .means("optimizer steps in all, in place of the epochs; -1 for whole epochs");
    static final Option<Double> LEARNING_RATE =
            TaskOptions.finite(
                            "learning_rate",
                            5e-5,
                            value -> value > 0,
                            "finite and over 0. Usual: 1e-4 to 1e-3")
                    .means("peak learning rate of AdamW");
    static final Option<LearningRateSchedule> LR_SCHEDULER_TYPE =
            Option.of("lr_scheduler_type", SCHEDULE, LearningRateSchedule.LINEAR)
                    .means("course of the learning rate");
    static final Option<Number> WARMUP_STEPS =
            Option.number("warmup_steps", 0)
                    .must(
                            TrainingOptions::isWarmup,
                            "a whole number, or a share of the steps from 0 and below 1. Pass 0 for"
                                    + " no warm-up")
                    .means("steps of the warm-up; below 1, a share of all steps, rounded up");
    static final Option<Double> WEIGHT_DECAY =
            TaskOptions.finite(
                            "weight_decay",
                            0,
                            value -> value >= 0,
                            "finite and at least 0. Usual: 0 or 0.01")
                    .means("decoupled weight decay of AdamW");
    static final Option<Double> ADAM_BETA1 =
            share("adam_beta1", 0.9, "Usual: 0.9").means("decay of the mean of gradients");
    static final Option<Double> ADAM_BETA2 =
            share("adam_beta2", 0.999, "Usual: 0.999")
                    .means("decay of the mean of squared gradients");
    static final Option<Double> ADAM_EPSILON =
            TaskOptions.finite(
                            "adam_epsilon",
                            1e-8,
                            value -> value > 0,
                            "finite and over 0. Usual: 1e-8")
                    .means("added to the root of the latter");
    static final Option<Integer> GRADIENT_ACCUMULATION_STEPS =
            TaskOptions.atLeast(1, "gradient_accumulation_steps", 1, "Pass 1 for none")
                    .means("batches whose gradients make one optimizer step");
    static final Option<Double> MAX_GRAD_NORM =
            TaskOptions.finite(
                            "max_grad_norm",
                            1,
                            value -> value >= 0,
                            "finite and at least 0. Pass 0 for no clipping")
                    .means("norm that gradients are clipped to; 0 for no clipping");
    static final Option<Integer> LOGGING_STEPS =
            TaskOptions.atLeast(1, "logging_steps", 500, "Pass a large number for few lines")
                    .means("steps between log lines");
    static final Option<IntervalStrategy> EVAL_STRATEGY =
            Option.of("eval_strategy", IntervalStrategy.JSON, IntervalStrategy.EPOCH)
                    .means(
                            "when validation examples, if there are any, are evaluated; `\"steps\"`"
                                    + " if only `eval_steps` is given");
    static final Option<Integer> EVAL_STEPS =
            TaskOptions.atLeast(0, "eval_steps", 0, "Pass 0 for each epoch")
                    .nullAsDefault()
                    .means("steps between evaluations; 0 with `\"steps\"`: `logging_steps`");
    static final Option<Integer> PER_DEVICE_EVAL_BATCH_SIZE =
            TaskOptions.atLeast(1, "per_device_eval_batch_size", 8, "Usual: 8 to 64")
                    .means("examples in a forward pass of evaluation");
    static final Option<IntervalStrategy> SAVE_STRATEGY =
            Option.of("save_strategy", IntervalStrategy.JSON, IntervalStrategy.STEPS)
                    .means(
                            "when a checkpoint is written; `\"epoch\"` if only a `save_steps` of 0 is given");
    static final Option<Integer> SAVE_STEPS =
            TaskOptions.atLeast(0, "save_steps", 500, "Pass 0 for each epoch")
                    .means("steps between checkpoints");
    static final Option<Integer> SAVE_TOTAL_LIMIT =
            TaskOptions.atLeast(0, "save_total_limit", 0, "Pass 0 to keep all")
                    .nullAsDefault()
                    .means("checkpoints that are kept, the newest ones; 0 for all");
    static final Option<Boolean> LOAD_BEST_MODEL_AT_END =
            Option.flag("load_best_model_at_end", false)
                    .means("whether the best evaluation's adapter is restored in the end");
    static final Option<String> METRIC_FOR_BEST_MODEL =
            Option.string("metric_for_best_model", "loss")
                    .nullAsDefault()
                    .means("figure that tells which evaluation is best");
    static final Option<Boolean> GREATER_IS_BETTER =
            Option.nullable("greater_is_better", JsonType.FLAG)
                    .means(
                            "whether a greater figure is better; null: unless its name ends in"
                                    + " `loss`");
    static final Option<Long> SEED =
            Option.of("seed", TaskOptions.LONG, 42L).means("seed of dropout and initialisation");
    static final Option<Long> DATA_SEED =
            Option.nullable("data_seed", TaskOptions.LONG)
                    .means("seed of the order of examples; null: `seed`");
    static final Option<Boolean> RESUME_FROM_CHECKPOINT =
            Option.flag("resume_from_checkpoint", false)
                    .nullAsDefault()
                    .means("whether to go on from the last checkpoint in `output_dir`");

    static final Option<ResumeMode> RESUME =
            Option.nullable("resume", ResumeMode.JSON)
                    .means(
                            "in place of `resume_from_checkpoint`: `\"always\"` and `\"never\"` are its"
                                    + " true and false; `\"if_present\"` goes on from the last checkpoint"
                                    + " of this training if there is one, and begins otherwise");

    static final Option<Boolean> OVERWRITE_OUTPUT_DIR =
            Option.flag("overwrite_output_dir", false)
                    .nullAsDefault()
                    .means(
                            "transformers 4's key: whether the first checkpoint takes the place of"
                                    + " an earlier training's in `output_dir`, which is refused"
                                    + " otherwise");
    static final Option<Double> WARMUP_RATIO =
            share("warmup_ratio", 0, "Usual: 0.06")
                    .means("transformers 4's key of a share, which is kept as `warmup_steps`");
    static final Option<Integer> EARLY_STOPPING_PATIENCE =
            TaskOptions.atLeast(0, "early_stopping_patience", 0, "Pass 0 to train to the end")
                    .means(
                            "evaluations without improvement after which training stops; 0 for"
                                    + " never");
    static final Option<Double> EARLY_STOPPING_THRESHOLD =
            TaskOptions.finite(
                            "early_stopping_threshold",
                            0,
                            value -> value >= 0,
                            "finite and at least 0. Usual: 0")
                    .means("least improvement that counts");

    static final Option<Long> FROZEN_LAYER_CACHE_BYTES =
            Option.of("frozen_layer_cache_bytes", TaskOptions.LONG, 0L)
                    .must(value -> value >= 0, "at least 0. Pass 0 to compute them in each epoch")
                    .means(
                            "room on disk for what the frozen layers below the lowest adapter make"
                                    + " of each example, so that only the first epoch computes it;"
                                    + " 0 for none");

    static final Option<Integer> BATCHES_AHEAD =
            TaskOptions.atLeast(0, "batches_ahead", 0, "Pass 0 to make each when it is needed")
                    .means(
                            "batches that a thread of its own makes before they are needed; 0 for"
                                    + " none");

    static final Option<PlanCheck> PLAN =
            Option.of("plan", PlanCheck.JSON, PlanCheck.OFF)
                    .means(
                            "whether probe steps before the first one find out what memory and time"
                                    + " the training takes, and what follows if it does not fit this"
                                    + " machine");

    /** Hugging Face's options. */
    static final OptionTable HUGGING_FACE =
            OptionTable.of(
                    OUTPUT_DIR,
                    PER_DEVICE_TRAIN_BATCH_SIZE,
                    NUM_TRAIN_EPOCHS,
                    MAX_STEPS,
                    LEARNING_RATE,
                    LR_SCHEDULER_TYPE,
                    WARMUP_STEPS,
                    WEIGHT_DECAY,
                    ADAM_BETA1,
                    ADAM_BETA2,
                    ADAM_EPSILON,
                    GRADIENT_ACCUMULATION_STEPS,
                    MAX_GRAD_NORM,
                    LOGGING_STEPS,
                    EVAL_STRATEGY,
                    EVAL_STEPS,
                    PER_DEVICE_EVAL_BATCH_SIZE,
                    SAVE_STRATEGY,
                    SAVE_STEPS,
                    SAVE_TOTAL_LIMIT,
                    LOAD_BEST_MODEL_AT_END,
                    METRIC_FOR_BEST_MODEL,
                    GREATER_IS_BETTER,
                    SEED,
                    DATA_SEED,
                    RESUME_FROM_CHECKPOINT);

    /** Options that Hugging Face's class does not have, or no longer. */
    static final List<Option<?>> OWN =
            List.of(
                    RESUME,
                    OVERWRITE_OUTPUT_DIR,
                    WARMUP_RATIO,
                    EARLY_STOPPING_PATIENCE,
                    EARLY_STOPPING_THRESHOLD,
                    FROZEN_LAYER_CACHE_BYTES,
                    BATCHES_AHEAD,
                    PLAN);

    static final OptionTable ALL = HUGGING_FACE.with(OWN);

    private TrainingOptions() {}

    private static Option<Double> share(String key, double standard, String usual) {
        return TaskOptions.finite(
                key, standard, value -> value >= 0 && value < 1, "from 0 and below 1. " + usual);
    }

    private static boolean isWarmup(Number steps) {
        double value = steps.doubleValue();
        return value >= 0 && (value < 1 || value == (int) value);
    }
}
