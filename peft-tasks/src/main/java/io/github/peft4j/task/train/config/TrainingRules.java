package io.github.peft4j.task.train.config;

import io.github.peft4j.config.option.OptionValues;

/** Rules for training arguments that depend on each other. */
final class TrainingRules {

    private TrainingRules() {}

    /** Puts what two keys can say under one of them. */
    static OptionValues resolve(OptionValues values) {
        return resumes(warmUp(values));
    }

    /** Only what Hugging Face has no word for stays under our own key. */
    private static OptionValues resumes(OptionValues values) {
        ResumeMode mode = values.find(TrainingOptions.RESUME);
        if (mode == null) {
            return values;
        }
        return values.with(TrainingOptions.RESUME_FROM_CHECKPOINT, mode == ResumeMode.ALWAYS)
                .with(TrainingOptions.RESUME, mode == ResumeMode.IF_PRESENT ? mode : null);
    }

    /** Puts a share of the steps where transformers 5 has it. */
    private static OptionValues warmUp(OptionValues values) {
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
        boolean resumes = arguments.resume() != ResumeMode.NEVER;
        String resume = arguments.resumeFromCheckpoint() ? "resume_from_checkpoint" : "resume";
        together(
                !resumes || arguments.outputDir() != null,
                resume,
                "no output_dir",
                "Set that of the last run");
        together(
                !arguments.overwriteOutputDir() || !resumes,
                "overwrite_output_dir",
                resume,
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
