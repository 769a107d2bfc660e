package io.github.peft4j.tuner.multitask;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.tuner.prompt.PromptLearningConfig;
import io.github.peft4j.tuner.prompt.VirtualTokens;
import io.github.peft4j.tuner.prompttuning.PromptStart;
import io.github.peft4j.tuner.prompttuning.PromptTableBuilder;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The config of multitask prompt tuning.
 *
 * <p>Besides RANDOM, TEXT and SAMPLE_VOCAB the start may be a source training's: {@value
 * #AVERAGE_SOURCE_TASKS} and {@value #EXACT_SOURCE_TASK} take over its prompt and the mean, or one,
 * of its tasks' factors, {@value #ONLY_SOURCE_SHARED} the prompt alone.
 *
 * @param common the fields that all methods share
 * @param virtualTokens the fields that all prompt methods share
 * @param start what the prompt starts from
 * @param promptTuningInitStateDictPath adapter_model.safetensors of the source training; default
 *     null
 * @param promptTuningInitTask the task that EXACT_SOURCE_TASK takes over, from 0; default 0
 * @param numRanks r, rank of a task's factors; default 1
 * @param numTasks how many tasks there are; default 1
 * @see <a href="https://arxiv.org/abs/2303.02861">Wang et al. 2023</a>
 */
public record MultitaskPromptTuningConfig(
        CommonFields common,
        VirtualTokens virtualTokens,
        PromptStart start,
        @Nullable String promptTuningInitStateDictPath,
        int promptTuningInitTask,
        int numRanks,
        int numTasks)
        implements PromptLearningConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("MULTITASK_PROMPT_TUNING");

    /** A source's prompt and the mean of its tasks' factors. */
    public static final String AVERAGE_SOURCE_TASKS = "AVERAGE_SOURCE_TASKS";

    /** A source's prompt and the factors of one task. */
    public static final String EXACT_SOURCE_TASK = "EXACT_SOURCE_TASK";

    /** A source's prompt. */
    public static final String ONLY_SOURCE_SHARED = "ONLY_SOURCE_SHARED";

    private static final ImmutableSet<String> FROM_SOURCE =
            ImmutableSet.of(AVERAGE_SOURCE_TASKS, EXACT_SOURCE_TASK, ONLY_SOURCE_SHARED);

    /**
     * Checks numbers and source.
     *
     * @throws IllegalArgumentException if a number is too small or a source has no file
     */
    public MultitaskPromptTuningConfig {
        Preconditions.checkArgument(numRanks > 0, "num_ranks is %s; give at least 1.", numRanks);
        Preconditions.checkArgument(numTasks > 0, "num_tasks is %s; give at least 1.", numTasks);
        Preconditions.checkArgument(
                promptTuningInitTask >= 0,
                "prompt_tuning_init_task is %s; tasks are counted from 0.",
                promptTuningInitTask);
        Preconditions.checkArgument(
                !FROM_SOURCE.contains(start.init()) || promptTuningInitStateDictPath != null,
                "With prompt_tuning_init %s, prompt_tuning_init_state_dict_path is null. Name the"
                        + " adapter_model.safetensors of the source training.",
                start.init());
    }

    /** A builder with PEFT's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this config. */
    public Builder toBuilder() {
        return new Builder()
                .optCommon(common)
                .optVirtualTokens(virtualTokens)
                .optStart(start)
                .optPromptTuningInitStateDictPath(promptTuningInitStateDictPath)
                .optPromptTuningInitTask(promptTuningInitTask)
                .optNumRanks(numRanks)
                .optNumTasks(numTasks);
    }

    /** Whether the start is a source training's. */
    boolean startsFromSource() {
        return FROM_SOURCE.contains(start.init());
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public MultitaskPromptTuningConfig withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public MultitaskPromptTuningConfig withVirtualTokens(VirtualTokens value) {
        return toBuilder().optVirtualTokens(value).build();
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        virtualTokens.putInto(json);
        start.putInto(json);
        json.put("prompt_tuning_init_state_dict_path", promptTuningInitStateDictPath);
        json.put("prompt_tuning_init_task", promptTuningInitTask);
        json.put("num_ranks", numRanks);
        json.put("num_tasks", numTasks);
        return JsonValues.freezeObject(json);
    }

    /** Builds a {@link MultitaskPromptTuningConfig}; every option has PEFT's default. */
    public static final class Builder extends PromptTableBuilder<Builder> {

        private @Nullable String path;
        private int task;
        private int ranks = 1;
        private int tasks = 1;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        static MultitaskPromptTuningConfig read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.readNullable(
                    "prompt_tuning_init_state_dict_path",
                    JsonType.STRING,
                    this::optPromptTuningInitStateDictPath);
            json.read("prompt_tuning_init_task", JsonType.INTEGER, this::optPromptTuningInitTask);
            json.read("num_ranks", JsonType.INTEGER, this::optNumRanks);
            json.read("num_tasks", JsonType.INTEGER, this::optNumTasks);
            return super.overlay(json);
        }

        /** The adapter_model.safetensors of the source training. */
        public Builder optPromptTuningInitStateDictPath(@Nullable String value) {
            path = value;
            return this;
        }

        /** The task that EXACT_SOURCE_TASK takes over. Default 0. */
        public Builder optPromptTuningInitTask(int value) {
            task = value;
            return this;
        }

        /** Rank of a task's factors. Default 1. */
        public Builder optNumRanks(int value) {
            ranks = value;
            return this;
        }

        /** How many tasks there are. Default 1. */
        public Builder optNumTasks(int value) {
            tasks = value;
            return this;
        }

        /**
         * Builds the config.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public MultitaskPromptTuningConfig build() {
            return new MultitaskPromptTuningConfig(
                    common(), virtualTokens(), start(), path, task, ranks, tasks);
        }
    }
}
