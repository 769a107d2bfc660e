package io.github.peft4j.task.serve;

import ai.djl.modality.Classifications;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.modality.nlp.qa.QAInput;
import ai.djl.modality.nlp.translator.NamedEntity;
import ai.djl.modality.nlp.translator.QaServingTranslator;
import ai.djl.modality.nlp.translator.TextClassificationServingTranslator;
import ai.djl.modality.nlp.translator.TextEmbeddingServingTranslator;
import ai.djl.modality.nlp.translator.TokenClassificationServingTranslator;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.translate.Translator;
import ai.djl.util.Pair;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.tokenize.TruncationStrategy;
import io.github.peft4j.task.translate.EntityAggregation;
import io.github.peft4j.task.translate.QuestionAnsweringTranslator;
import io.github.peft4j.task.translate.TextClassificationTranslator;
import io.github.peft4j.task.translate.TextGenerationTranslator;
import io.github.peft4j.task.translate.TextRegressionTranslator;
import io.github.peft4j.task.translate.TokenClassificationTranslator;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** The translators of each task by their types; a new one is a row. */
final class TaskTranslators {

    private static final ImmutableList<Row> ROWS =
            ImmutableList.of(
                    row(TaskType.SEQ_CLS, Classifications.class, TaskTranslators::classes),
                    row(TaskType.SEQ_CLS, Float.class, TaskTranslators::number),
                    new Row(TaskType.SEQ_CLS, Input.class, Output.class, TaskTranslators::served),
                    row(TaskType.TOKEN_CLS, NamedEntity[].class, TaskTranslators::entities),
                    new Row(
                            TaskType.TOKEN_CLS,
                            Input.class,
                            Output.class,
                            parts -> new TokenClassificationServingTranslator(entities(parts))),
                    new Row(
                            TaskType.QUESTION_ANS,
                            QAInput.class,
                            String.class,
                            TaskTranslators::answers),
                    new Row(
                            TaskType.QUESTION_ANS,
                            Input.class,
                            Output.class,
                            parts -> new QaServingTranslator(answers(parts))),
                    row(TaskType.FEATURE_EXTRACTION, float[].class, ServedEmbeddings::translator),
                    new Row(
                            TaskType.FEATURE_EXTRACTION,
                            Input.class,
                            Output.class,
                            parts ->
                                    new TextEmbeddingServingTranslator(
                                            ServedEmbeddings.translator(parts))),
                    row(TaskType.CAUSAL_LM, String.class, TaskTranslators::texts),
                    new Row(
                            TaskType.CAUSAL_LM,
                            Input.class,
                            Output.class,
                            TaskTranslators::servedTexts),
                    row(TaskType.SEQ_2_SEQ_LM, String.class, TaskTranslators::texts),
                    new Row(
                            TaskType.SEQ_2_SEQ_LM,
                            Input.class,
                            Output.class,
                            TaskTranslators::servedTexts));

    private TaskTranslators() {}

    /** A task's translator with these types. */
    record Row(TaskType task, Class<?> input, Class<?> output, Maker maker) {

        private String types() {
            return input.getSimpleName() + " to " + output.getSimpleName();
        }
    }

    private static Row row(TaskType task, Class<?> output, Maker maker) {
        return new Row(task, String.class, output, maker);
    }

    /** Makes a translator. */
    interface Maker {
        Translator<?, ?> make(Parts parts) throws IOException;
    }

    /** What translators are made of. */
    record Parts(Tokenizer tokenizer, Block block, ServingArguments arguments) {

        BaseModel base() {
            return PeftBlockFactory.base(block);
        }

        /** {@code maxLength}, or to what the adapter's texts were cut. */
        OptionalInt length() throws IOException {
            OptionalInt given = arguments.count("maxLength");
            return given.isPresent() ? given : arguments.passport().maxLength();
        }

        /** Cuts texts to {@link #length}, or to what the tokenizer says the model takes. */
        EncodeOptions cut() throws IOException {
            OptionalInt length = length();
            if (length.isPresent()) {
                return cut(length.orElseThrow());
            }
            return tokenizer.config().modelMaxLength().isPresent()
                    ? longestFirst().build()
                    : EncodeOptions.DEFAULT;
        }

        static EncodeOptions cut(int length) {
            return longestFirst().optMaxLength(length).build();
        }

        private static EncodeOptions.Builder longestFirst() {
            return EncodeOptions.builder().optTruncation(TruncationStrategy.LONGEST_FIRST);
        }
    }

    /** All types that some task has. */
    static ImmutableSet<Pair<Type, Type>> types() {
        ImmutableSet.Builder<Pair<Type, Type>> types = ImmutableSet.builder();
        ROWS.forEach(row -> types.add(new Pair<>(row.input(), row.output())));
        return types.add(new Pair<>(NDList.class, NDList.class)).build();
    }

    /**
     * The translator of a task with these types.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Row row(TaskType task, Class<?> input, Class<?> output) {
        return ROWS.stream()
                .filter(row -> row.task() == task && row.input() == input && row.output() == output)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "Task %s has no translator of %s to %s. It has: %s. Correct"
                                                        .formatted(
                                                                task,
                                                                input.getSimpleName(),
                                                                output.getSimpleName(),
                                                                available(task))
                                                + " setTypes or the argument task."));
    }

    private static String available(TaskType task) {
        return ROWS.stream()
                .filter(row -> row.task() == task)
                .map(Row::types)
                .collect(Collectors.joining(", "));
    }

    private static Translator<String, Classifications> classes(Parts parts) throws IOException {
        return TextClassificationTranslator.builder(parts.tokenizer(), parts.base())
                .optEncodeOptions(parts.cut())
                .build();
    }

    private static Translator<String, Float> number(Parts parts) throws IOException {
        return new TextRegressionTranslator(parts.tokenizer(), parts.cut());
    }

    /** A request does not say whether it wants classes or a number; the labels do. */
    private static Translator<Input, Output> served(Parts parts) throws IOException {
        PretrainedConfig config =
                PretrainedConfig.of(
                        new Gson().toJsonTree(parts.base().info().config()), "the model's config");
        boolean number =
                config.labels(2).size() == 1
                        && !config.string("problem_type")
                                .orElse("")
                                .equals("multi_label_classification");
        return number
                ? new TextServing<>(number(parts), answer -> answer)
                : new TextClassificationServingTranslator(classes(parts));
    }

    private static Translator<String, NamedEntity[]> entities(Parts parts) throws IOException {
        return TokenClassificationTranslator.builder(parts.tokenizer(), parts.base())
                .optEncodeOptions(parts.cut())
                .optAggregation(
                        parts.arguments()
                                .choice(
                                        "aggregation",
                                        EntityAggregation.class,
                                        EntityAggregation.NONE))
                .build();
    }

    private static Translator<QAInput, String> answers(Parts parts) throws IOException {
        ServingArguments arguments = parts.arguments();
        QuestionAnsweringTranslator.Builder builder =
                QuestionAnsweringTranslator.builder(parts.tokenizer())
                        .optHandleImpossibleAnswer(arguments.flag("handleImpossibleAnswer", false));
        parts.length().ifPresent(builder::optMaxLength);
        arguments.count("stride").ifPresent(builder::optStride);
        arguments.count("maxAnswerLength").ifPresent(builder::optMaxAnswerLength);
        return builder.build();
    }

    private static Translator<String, String> texts(Parts parts) throws IOException {
        ServingArguments arguments = parts.arguments();
        GenerationConfig config =
                GenerationConfig.fromPretrained(arguments.checkpoint())
                        .with(generationValues(arguments));
        Generator generator =
                parts.block() instanceof PeftModel model
                        ? Generator.of(model)
                        : Generator.of(parts.base());
        return TextGenerationTranslator.builder(parts.tokenizer(), generator, config)
                .optChat(arguments.flag("chat", false))
                .optPaddingSide(arguments.task() == TaskType.SEQ_2_SEQ_LM ? Side.RIGHT : Side.LEFT)
                .build();
    }

    private static Translator<Input, Output> servedTexts(Parts parts) throws IOException {
        return new TextServing<>(texts(parts), text -> ImmutableMap.of("generated_text", text));
    }

    /** Text as JSON would read it, since properties files have no numbers. */
    private static Map<String, Object> generationValues(ServingArguments arguments) {
        Map<String, Object> values = new LinkedHashMap<>();
        arguments
                .startingWith("generation.")
                .forEach(
                        (name, value) ->
                                values.put(
                                        name, value instanceof String text ? json(text) : value));
        return values;
    }

    private static Object json(String text) {
        try {
            Object value = new Gson().fromJson(text, Object.class);
            return value == null ? text : value;
        } catch (JsonParseException noJson) {
            return text;
        }
    }
}
