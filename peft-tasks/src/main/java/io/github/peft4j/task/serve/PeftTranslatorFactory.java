package io.github.peft4j.task.serve;

import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.Pair;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.folder.AdapterTokenizer;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The translator of a task, with the tokenizer of the model's directory. What {@link PeftModelZoo}
 * uses; give it to {@code optTranslatorFactory} elsewhere.
 *
 * <table>
 *   <caption>Types by task, and the arguments that change the translator</caption>
 *   <tr><th>task</th><th>types</th><th>arguments</th></tr>
 *   <tr><td>SEQ_CLS</td><td>String to Classifications, or to Float for one label</td>
 *       <td>maxLength</td></tr>
 *   <tr><td>TOKEN_CLS</td><td>String to NamedEntity[]</td>
 *       <td>maxLength, aggregation (of {@link
 *       io.github.peft4j.task.translate.EntityAggregation})</td></tr>
 *   <tr><td>QUESTION_ANS</td><td>QAInput to String</td>
 *       <td>maxLength, stride, maxAnswerLength, handleImpossibleAnswer</td></tr>
 *   <tr><td>FEATURE_EXTRACTION</td><td>String to float[]</td>
 *       <td>maxLength, pooling (of {@link io.github.peft4j.task.translate.Pooling}),
 *       normalize, prompt (the name of one that the folder has)</td></tr>
 *   <tr><td>CAUSAL_LM, SEQ_2_SEQ_LM</td><td>String to String</td>
 *       <td>chat, and all of generation_config.json with {@code generation.} before the name, e.g.
 *       generation.max_new_tokens</td></tr>
 * </table>
 *
 * <p>Each task also takes Input to Output, DJL Serving's types, and NDList to NDList.
 */
public final class PeftTranslatorFactory implements TranslatorFactory {

    /** For DJL, which makes it by its name. */
    public PeftTranslatorFactory() {}

    @Override
    public Set<Pair<Type, Type>> getSupportedTypes() {
        return TaskTranslators.types();
    }

    /** Always true: {@link #newInstance} knows the task and so can say which types it has. */
    @Override
    public boolean isSupported(Class<?> input, Class<?> output) {
        return true;
    }

    /**
     * The translator.
     *
     * @throws IllegalArgumentException if the task has none with these types, or an argument is
     *     wrong
     * @throws TranslateException if a file of the checkpoint cannot be read
     */
    @Override
    @SuppressWarnings("unchecked") // the task's row has these very types
    public <I, O> Translator<I, O> newInstance(
            Class<I> input, Class<O> output, Model model, Map<String, ?> arguments)
            throws TranslateException {
        if (input == NDList.class && output == NDList.class) {
            return (Translator<I, O>) new NoopTranslator();
        }
        ServingArguments values = new ServingArguments(model.getModelPath(), arguments);
        values.requireKnown();
        try {
            TaskType task = values.task();
            TaskTranslators.Row row = TaskTranslators.row(task, input, output);
            Optional<Path> adapter = values.firstAdapter();
            Tokenizer tokenizer =
                    adapter.isPresent()
                            ? AdapterTokenizer.load(model.getModelPath(), adapter.orElseThrow())
                            : Tokenizer.fromPretrained(model.getModelPath());
            try {
                Translator<?, ?> translator =
                        row.maker()
                                .make(
                                        new TaskTranslators.Parts(
                                                tokenizer, model.getBlock(), values));
                model.getNDManager().attachInternal("peft4j." + UUID.randomUUID(), tokenizer);
                return (Translator<I, O>) translator;
            } catch (IOException | RuntimeException e) {
                tokenizer.close();
                throw e;
            }
        } catch (IOException e) {
            throw new TranslateException(e.getMessage(), e);
        }
    }
}
