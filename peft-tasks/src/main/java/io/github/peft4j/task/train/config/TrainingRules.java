package io.github.peft4j.task.train.config;

import io.github.peft4j.config.option.OptionValues;

/** Rules for training arguments that depend on each other. */
final class TrainingRules {

    private TrainingRules() {}

    /** Puts a share of the steps where transformers 5 has it. */
    static OptionValues resolve(OptionValues values) {
        double ratio = values.get(TrainingOptions.WARMUP_RATIO);
        if (ratio == 0) {
            return values;
        }
        double steps = values.get(TrainingOptions.WARMUP_STEPS).doubleValue();
        together(steps < 1, "warmup_ratio", "warmup_steps", "Give one of the two");
        return values.with(TrainingOptions.WARMUP_STEPS, ratio)
                .with(TrainingOptions.WARMUP_RATIO, 0.0);
    }

    /** Refuses pairs of values of which one would have no effect. */
    static void check(TrainingArguments arguments) {
        boolean warm = arguments.warmupSteps() > 0 || arguments.warmupRatio() > 0;
        boolean constant = arguments.schedule() == LearningRateSchedule.CONSTANT;
        together(!constant || !warm, "constant", "a warm-up", "Use CONSTANT_WITH_WARMUP");
        boolean patient = arguments.earlyStoppingPatience() > 0;
        together(
                patient || arguments.earlyStoppingThreshold() == 0,
                "early_stopping_threshold",
                "patience 0",
                "Set early_stopping_patience");
        together(
                !arguments.resumeFromCheckpoint() || arguments.outputDir() != null,
                "resume_from_checkpoint",
                "no output_dir",
                "Set that of the last run");
        together(
                !arguments.overwriteOutputDir() || !arguments.resumeFromCheckpoint(),
                "overwrite_output_dir",
                "resume_from_checkpoint",
                "Choose one of them");
        boolean evaluates = arguments.evalStrategy() != IntervalStrategy.NO;
        String cure = "Set eval_strategy to \"epoch\" or \"steps\"";
        together(
                evaluates || !arguments.loadBestModelAtEnd(),
                "load_best_model_at_end",
                "eval_strategy \"no\"",
                cure);
        together(evaluates || !patient, "early_stopping_patience", "eval_strategy \"no\"", cure);
        together(
                arguments.saveStrategy() != IntervalStrategy.STEPS || arguments.saveSteps() > 0,
                "save_steps 0",
                "save_strategy \"steps\"",
                "Set save_steps, or save_strategy to \"epoch\"");
    }

    private static void together(boolean holds, String one, String other, String cure) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s beside %s has no effect. %s.".formatted(one, other, cure));
        }
    }
}
