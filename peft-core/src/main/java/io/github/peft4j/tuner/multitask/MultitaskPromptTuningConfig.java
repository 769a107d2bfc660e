package io.github.peft4j.tuner.multitask;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.tuner.prompt.config.PromptTableBuilder;
import io.github.peft4j.tuner.prompt.config.PromptTableConfig;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The config of multitask prompt tuning.
 *
 * <p>Besides RANDOM, TEXT and SAMPLE_VOCAB the start may be a source training's: {@value
 * #AVERAGE_SOURCE_TASKS} and {@value #EXACT_SOURCE_TASK} take over its prompt and the mean, or one,
 * of its tasks' factors, {@value #ONLY_SOURCE_SHARED} the prompt alone.
 *
 * @see <a href="https://arxiv.org/abs/2303.02861">Wang et al. 2023</a>
 */
public final class MultitaskPromptTuningConfig extends PromptTableConfig {

    /** A source's prompt and the mean of its tasks' factors. */
    public static final String AVERAGE_SOURCE_TASKS = "AVERAGE_SOURCE_TASKS";

    /** A source's prompt and the factors of one task. */
    public static final String EXACT_SOURCE_TASK = "EXACT_SOURCE_TASK";

    /** A source's prompt. */
    public static final String ONLY_SOURCE_SHARED = "ONLY_SOURCE_SHARED";

    private static final ImmutableSet<String> FROM_SOURCE =
            ImmutableSet.of(AVERAGE_SOURCE_TASKS, EXACT_SOURCE_TASK, ONLY_SOURCE_SHARED);

    private static final Option<String> PROMPT_TUNING_INIT_STATE_DICT_PATH =
            Option.nullable("prompt_tuning_init_state_dict_path", JsonType.STRING)
                    .means("`adapter_model.safetensors` of the source training");
    private static final Option<Integer> PROMPT_TUNING_INIT_TASK =
            Option.integer("prompt_tuning_init_task", 0)
                    .must(value -> value >= 0, "at least 0: tasks are counted from 0")
                    .means("the task that `EXACT_SOURCE_TASK` takes over, from 0");
    private static final Option<Integer> NUM_RANKS =
            Options.positive("num_ranks", 1).means("r, rank of a task's factors");
    private static final Option<Integer> NUM_TASKS =
            Options.positive("num_tasks", 1).means("how many tasks there are");

    static final ConfigType<MultitaskPromptTuningConfig> TYPE =
            tableType(
                            "MULTITASK_PROMPT_TUNING",
                            MultitaskPromptTuningConfig.class,
                            MultitaskPromptTuningConfig::new)
                    .with(
                            PROMPT_TUNING_INIT_STATE_DICT_PATH,
                            PROMPT_TUNING_INIT_TASK,
                            NUM_RANKS,
                            NUM_TASKS)
                    .rule(MultitaskPromptTuningConfig::checkSource);

    private MultitaskPromptTuningConfig(OptionValues values) {
        super(TYPE, values);
    }

    private static void checkSource(MultitaskPromptTuningConfig config) {
        Preconditions.checkArgument(
                !config.startsFromSource() || config.promptTuningInitStateDictPath().isPresent(),
                "With prompt_tuning_init %s, prompt_tuning_init_state_dict_path is null. Name the"
                        + " adapter_model.safetensors of the source training.",
                config.promptTuningInit());
    }

    /** A builder with PEFT's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Builder toBuilder() {
        return builder().from(this);
    }

    /** File of the source training. */
    public Optional<String> promptTuningInitStateDictPath() {
        return find(PROMPT_TUNING_INIT_STATE_DICT_PATH);
    }

    /** The task that {@link #EXACT_SOURCE_TASK} takes over, from 0. */
    public int promptTuningInitTask() {
        return get(PROMPT_TUNING_INIT_TASK);
    }

    /** r, rank of a task's factors. */
    public int numRanks() {
        return get(NUM_RANKS);
    }

    /** How many tasks there are. */
    public int numTasks() {
        return get(NUM_TASKS);
    }

    /** Whether the start is a source training's. */
    boolean startsFromSource() {
        return FROM_SOURCE.contains(promptTuningInit());
    }

    /** Builds a {@link MultitaskPromptTuningConfig}. */
    public static final class Builder
            extends PromptTableBuilder<MultitaskPromptTuningConfig, Builder> {

        private Builder() {
            super(TYPE);
        }

        /** The adapter_model.safetensors of the source training. Default null. */
        public Builder optPromptTuningInitStateDictPath(@Nullable String value) {
            return set(PROMPT_TUNING_INIT_STATE_DICT_PATH, value);
        }

        /** The task that EXACT_SOURCE_TASK takes over, from 0. Default 0. */
        public Builder optPromptTuningInitTask(int value) {
            return set(PROMPT_TUNING_INIT_TASK, value);
        }

        /** Rank of a task's factors. Default 1. */
        public Builder optNumRanks(int value) {
            return set(NUM_RANKS, value);
        }

        /** How many tasks there are. Default 1. */
        public Builder optNumTasks(int value) {
            return set(NUM_TASKS, value);
        }
    }
}
