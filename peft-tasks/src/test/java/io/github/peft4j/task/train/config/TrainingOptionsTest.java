package io.github.peft4j.task.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.task.internal.OptionContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of training arguments, in the builder and in JSON. */
class TrainingOptionsTest {

    /** Setters and getters that were named before there was a table. */
    private static final ImmutableMap<String, String> NAMES =
            ImmutableMap.of("num_train_epochs", "epochs", "lr_scheduler_type", "schedule");

    /** A value that is not the default, for Java and for JSON. */
    private record Sample(Object value, Object json) {}

    private static final ImmutableMap<String, Sample> SAMPLES =
            ImmutableMap.<String, Sample>builder()
                    .put("output_dir", new Sample(Path.of("out"), "out"))
                    .put("per_device_train_batch_size", same(32))
                    .put("num_train_epochs", new Sample(4, 4.0))
                    .put("max_steps", same(100))
                    .put("learning_rate", same(1e-3))
                    .put("lr_scheduler_type", new Sample(LearningRateSchedule.COSINE, "cosine"))
                    .put("warmup_steps", same(6))
                    .put("weight_decay", same(0.01))
                    .put("adam_beta1", same(0.8))
                    .put("adam_beta2", same(0.99))
                    .put("adam_epsilon", same(1e-6))
                    .put("gradient_accumulation_steps", same(2))
                    .put("max_grad_norm", same(0.5))
                    .put("logging_steps", same(5))
                    .put("eval_strategy", new Sample(IntervalStrategy.STEPS, "steps"))
                    .put("eval_steps", same(10))
                    .put("per_device_eval_batch_size", same(64))
                    .put("save_strategy", new Sample(IntervalStrategy.EPOCH, "epoch"))
                    .put("save_steps", same(20))
                    .put("save_total_limit", same(2))
                    .put("load_best_model_at_end", same(true))
                    .put("metric_for_best_model", same("accuracy"))
                    .put("greater_is_better", same(true))
                    .put("seed", same(1L))
                    .put("data_seed", same(2L))
                    .put("resume_from_checkpoint", same(true))
                    .put("resume", new Sample(ResumeMode.IF_PRESENT, "if_present"))
                    .put("overwrite_output_dir", same(true))
                    .put("warmup_ratio", same(0.06))
                    .put("early_stopping_patience", same(3))
                    .put("early_stopping_threshold", same(0.1))
                    .put("frozen_layer_cache_bytes", same(1L << 40))
                    .put("batches_ahead", same(4))
                    .put("plan", new Sample(PlanCheck.REFUSE, "refuse"))
                    .buildOrThrow();

    private static final Set<String> NEEDS_A_FOLDER =
            Set.of("resume_from_checkpoint", "resume", "overwrite_output_dir");

    @TempDir private Path folder;

    private static Sample same(Object value) {
        return new Sample(value, value);
    }

    private static Stream<Option<?>> options() {
        return TrainingOptions.ALL.options().stream();
    }

    /** Values that others need to have an effect. */
    private static Map<String, Object> with(String key, Object json) {
        Map<String, Object> all = new HashMap<>(Map.of(key, json));
        if (key.equals("early_stopping_threshold")) {
            all.put("early_stopping_patience", 1);
        } else if (NEEDS_A_FOLDER.contains(key)) {
            all.put("output_dir", "out");
        }
        return all;
    }

    private static TrainingArguments read(Map<String, ?> json) {
        return TrainingArguments.fromMap(json, warning -> assertThat(warning).isNull());
    }

    private static List<String> warnings(Map<String, ? extends @Nullable Object> json) {
        List<String> warnings = new ArrayList<>();
        TrainingArguments.fromMap(json, warnings::add);
        return warnings;
    }

    @ParameterizedTest
    @MethodSource("options")
    void isOneThingInTheBuilderAndInJson(Option<?> option) throws ReflectiveOperationException {
        String key = option.key();
        String name = NAMES.getOrDefault(key, key);
        Sample sample = SAMPLES.get(key);
        TrainingArgumentsBuilder builder = TrainingArguments.builder();
        for (Map.Entry<String, Object> each : with(key, "").entrySet()) {
            Object value = SAMPLES.get(each.getKey()).value();
            OptionContract.set(builder, NAMES.getOrDefault(each.getKey(), each.getKey()), value);
        }
        TrainingArguments built = builder.build();
        Map<String, Object> json = with(key, sample.json());
        json.computeIfPresent(
                "early_stopping_patience", (patience, value) -> SAMPLES.get(patience).json());

        assertThat(OptionContract.get(name, built)).isEqualTo(sample.value());
        assertThat(built).isNotEqualTo(TrainingArguments.builder().build());
        assertThat(read(json)).isEqualTo(built);
        assertThat(TrainingArguments.fromJson(built.toJson())).isEqualTo(built);
        assertThat(built.toBuilder().build()).isEqualTo(built);
        if (!key.equals("warmup_ratio")) {
            assertThat(built.toMap().get(key)).isEqualTo(JsonValues.freeze(sample.json()));
        }
    }

    @ParameterizedTest
    @MethodSource("options")
    void refusesAnotherType(Option<?> option) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(Map.of(option.key(), Map.of())))
                .withMessageContaining(option.key() + " is {} but must be " + option.type().name());
    }

    @Test
    void saysWhatEachOptionDoes() {
        OptionContract.hasMeanings(TrainingOptions.ALL);
    }

    @Test
    void isDocumented() throws IOException {
        OptionContract.documents(
                "train.md",
                TrainingOptions.ALL,
                TrainingOptions.OWN,
                OtherTrainingKeys.REFUSED,
                "\nIgnored with a warning unless they have the default, because the trained adapter"
                        + " does not depend on them:\n"
                        + OptionContract.keys(OtherTrainingKeys.IGNORED));
    }

    @Test
    void hasTheDefaultsOfHuggingFaceButForTheseOnPurpose() throws IOException {
        Map<String, @Nullable Object> python = OptionContract.python("training_arguments.json");
        Map<String, @Nullable Object> onPurpose = new HashMap<>();
        onPurpose.put("output_dir", null); // nothing is written unasked
        onPurpose.put("eval_strategy", "epoch"); // validation examples are passed to be used
        onPurpose.put("metric_for_best_model", "loss"); // what null stands for there
        onPurpose.put("eval_steps", 0L); // null there
        onPurpose.put("save_total_limit", 0L); // null there
        onPurpose.put("resume_from_checkpoint", false); // null there

        assertThat(OptionContract.differences(TrainingOptions.HUGGING_FACE, python))
                .isEqualTo(onPurpose);
        Map<String, @Nullable Object> neutral = new HashMap<>();
        neutral.put("report_to", "none"); // becomes an empty list there
        neutral.put("include_for_metrics", null); // an empty list there
        neutral.put("debug", null); // an empty list there
        assertThat(OptionContract.differences(OtherTrainingKeys.REFUSED, python)).isEmpty();
        assertThat(OptionContract.differences(OtherTrainingKeys.IGNORED, python))
                .isEqualTo(neutral);
    }

    @Test
    void knowsEveryKeyOfHuggingFace() throws IOException {
        Set<String> known = new TreeSet<>(OtherTrainingKeys.SILENT);
        Stream.of(
                        TrainingOptions.HUGGING_FACE,
                        OtherTrainingKeys.REFUSED,
                        OtherTrainingKeys.IGNORED)
                .flatMap(table -> table.options().stream())
                .forEach(option -> assertThat(known.add(option.key())).as(option.key()).isTrue());

        assertThat(known).isEqualTo(OptionContract.python("training_arguments.json").keySet());
        assertThat(TrainingOptions.OWN).extracting(Option::key).doesNotContainAnyElementsOf(known);
    }

    @Test
    void readsTheFileThatHuggingFaceWrites() throws IOException {
        Map<String, @Nullable Object> python = OptionContract.python("training_arguments.json");

        assertThat(warnings(python)).isEmpty();
        assertThat(read(python))
                .isEqualTo(
                        TrainingArguments.builder()
                                .optOutputDir(Path.of("trainer_output"))
                                .optEvalStrategy(IntervalStrategy.NO)
                                .build());
    }

    @Test
    void writesHuggingFacesKeysAlone() throws IOException {
        assertThat(TrainingArguments.builder().build().toMap().keySet())
                .isSubsetOf(OptionContract.python("training_arguments.json").keySet());
    }

    @Test
    void keepsAFile() throws IOException {
        Path file = folder.resolve("runs/training_args.json");
        TrainingArguments arguments = TrainingArguments.builder().optLearningRate(1e-3).build();

        arguments.toJsonFile(file);

        assertThat(Files.readString(file)).isEqualTo(arguments.toJson() + "\n");
        assertThat(TrainingArguments.fromJsonFile(file)).isEqualTo(arguments);
        Files.writeString(file, "{\"learning_rate\": 0}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrainingArguments.fromJsonFile(file))
                .withMessageContaining(file + ": learning_rate is 0.0; it must be finite");
        Files.writeString(file, "{\"bf16\": true}");
        assertThatExceptionOfType(UnsupportedFeatureException.class)
                .isThrownBy(() -> TrainingArguments.fromJsonFile(file))
                .withMessageContaining(file + ": bf16 is true, but this version");
        Files.writeString(file, "[]");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> TrainingArguments.fromJsonFile(file))
                .withMessageContaining(file + " is no valid JSON object");
    }

    private static Stream<Option<?>> refused() {
        return OtherTrainingKeys.REFUSED.options().stream();
    }

    private static Stream<Option<?>> ignored() {
        return OtherTrainingKeys.IGNORED.options().stream();
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesWhatWouldTrainSomethingElse(Option<?> option) {
        assertThatExceptionOfType(UnsupportedFeatureException.class)
                .isThrownBy(() -> read(Map.of(option.key(), "x")))
                .withMessage(
                        option.key()
                                + " is x, but this version does not have it. Remove it to train"
                                + " without.");
    }

    @ParameterizedTest
    @MethodSource("ignored")
    void warnsOfWhatHasNoEffect(Option<?> option) {
        assertThat(warnings(Map.of(option.key(), "x")))
                .singleElement()
                .asString()
                .contains("are ignored: [" + option.key() + "]");
    }

    @Test
    void warnsOfUnknownKeysOnce() {
        assertThat(warnings(Map.of("learning_rates", 1, "epochs", 2)))
                .containsExactly(
                        "Unexpected keys [epochs, learning_rates] for TrainingArguments, these are"
                                + " ignored. Check how they are spelled.");
    }

    @Test
    void takesOtherNamesOfWhatItDoes() {
        assertThat(
                        read(
                                Map.of(
                                        "optim",
                                        "adamw_torch",
                                        "train_sampling_strategy",
                                        "group_by_length")))
                .isEqualTo(read(Map.of()));
    }

    @Test
    void takesStepsForAStrategyUnlessThereIsOne() {
        assertThat(read(Map.of("eval_steps", 10)))
                .isEqualTo(TrainingArguments.builder().optEvalSteps(10).build());
        assertThat(read(Map.of("save_steps", 0)))
                .isEqualTo(TrainingArguments.builder().optSaveSteps(0).build());
        TrainingArguments never = read(Map.of("eval_steps", 10, "eval_strategy", "no"));
        assertThat(never.evalStrategy()).isEqualTo(IntervalStrategy.NO);
        assertThat(never.evalSteps()).isZero();
    }

    @Test
    void takesAFractionOfTheStepsForTheWarmup() {
        assertThat(read(Map.of("warmup_steps", 0.06)))
                .isEqualTo(TrainingArguments.builder().optWarmupRatio(0.06).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(Map.of("warmup_steps", 2.5)))
                .withMessageContaining("warmup_steps is 2.5; it must be a whole number");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(Map.of("num_train_epochs", 2.5)))
                .withMessageContaining("num_train_epochs is 2.5 but must be a whole number");
    }

    @Test
    void cannotWriteALambda() {
        TrainingArguments arguments =
                TrainingArguments.builder().optSchedule((step, warmup, total) -> 0.5).build();

        assertThatIllegalStateException()
                .isThrownBy(arguments::toJson)
                .withMessageContaining("lr_scheduler_type is a lambda");
        assertThat(arguments.toString()).contains("\"lr_scheduler_type\": \"custom\"");
        assertThat(arguments.toBuilder().build()).isEqualTo(arguments);
    }
}
