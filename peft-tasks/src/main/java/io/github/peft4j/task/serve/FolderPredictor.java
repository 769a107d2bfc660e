package io.github.peft4j.task.serve;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.translate.Translator;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.task.folder.AdapterFolder;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Asks an adapter's folder that is open, in the words of DJL: from the text to the answer of the
 * folder's task, with the labels, the length and the pooling that the folder's passport names. Any
 * number of threads may ask. Closing it leaves the folder open; close it before the folder.
 *
 * @param <I> what goes in
 * @param <O> what comes out
 */
public final class FolderPredictor<I, O> extends Predictor<I, O> {

    private final Model view;

    private FolderPredictor(AdapterFolder folder, Model view, Translator<I, O> translator) {
        super(view, translator, folder.base().device(), false);
        this.view = view;
    }

    /**
     * A predictor for the task of a folder.
     *
     * @param input what goes in, such as String
     * @param output what comes out: {@link PeftTranslatorFactory} has a table of the types of each
     *     task
     * @throws IllegalArgumentException if the task has no such types; the text names those that it
     *     has
     * @throws IOException if a file of the folder or its base cannot be read
     */
    public static <I, O> FolderPredictor<I, O> of(
            AdapterFolder folder, Class<I> input, Class<O> output) throws IOException {
        return of(folder, input, output, ImmutableMap.of());
    }

    /**
     * The same with arguments over what the folder says, such as {@code maxLength}.
     *
     * @param arguments those of {@link PeftTranslatorFactory}'s table
     * @throws IllegalArgumentException if an argument is unknown or wrong
     */
    @SuppressWarnings("unchecked") // the task's row has these very types
    public static <I, O> FolderPredictor<I, O> of(
            AdapterFolder folder, Class<I> input, Class<O> output, Map<String, ?> arguments)
            throws IOException {
        Map<String, Object> all = new LinkedHashMap<>(arguments);
        all.put(ServingArguments.TASK, folder.taskType().name());
        all.put(ServingArguments.ADAPTER, folder.directory().toAbsolutePath().toString());
        ServingArguments values = new ServingArguments(folder.checkpoint(), all);
        values.requireKnown();
        Translator<?, ?> translator =
                TaskTranslators.row(folder.taskType(), input, output)
                        .maker()
                        .make(
                                new TaskTranslators.Parts(
                                        folder.tokenizer(), folder.model(), values));
        Model view = Model.newInstance("adapter", folder.base().device(), Engines.PYTORCH);
        view.setBlock(folder.model());
        return new FolderPredictor<>(folder, view, (Translator<I, O>) translator);
    }

    @Override
    public void close() {
        super.close();
        view.close();
    }
}
