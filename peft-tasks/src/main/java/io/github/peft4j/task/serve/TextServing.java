package io.github.peft4j.task.serve;

import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.modality.nlp.TextPrompt;
import ai.djl.ndarray.BytesSupplier;
import ai.djl.ndarray.NDList;
import ai.djl.translate.Batchifier;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.util.function.Function;

/**
 * A translator of texts behind DJL Serving's requests: a text, or JSON {@code {"inputs": ...}} with
 * one text or a list; JSON comes back.
 *
 * @param <T> what a text becomes
 */
final class TextServing<T> implements NoBatchifyTranslator<Input, Output> {

    private static final String BATCH = "peft4j.batch";

    private final Translator<String, T> translator;
    private final Function<T, Object> shown;

    /**
     * Wraps a translator.
     *
     * @param shown what JSON is made of
     */
    TextServing(Translator<String, T> translator, Function<T, Object> shown) {
        this.translator = translator;
        this.shown = shown;
    }

    @Override
    public NDList processInput(TranslatorContext ctx, Input input) throws Exception {
        if (input.getContent().isEmpty()) {
            throw new TranslateException("The request has no content. Send a text.");
        }
        TextPrompt prompt = TextPrompt.parseInput(input);
        ctx.setAttachment(BATCH, prompt.isBatch());
        if (prompt.isBatch()) {
            return translator.batchProcessInput(ctx, prompt.getBatch());
        }
        NDList row = translator.processInput(ctx, prompt.getText());
        Batchifier batchifier = translator.getBatchifier();
        return batchifier == null ? row : batchifier.batchify(new NDList[] {row});
    }

    @Override
    public Output processOutput(TranslatorContext ctx, NDList list) throws Exception {
        Output output = new Output();
        output.addProperty("Content-Type", "application/json");
        if (Boolean.TRUE.equals(ctx.getAttachment(BATCH))) {
            output.add(
                    BytesSupplier.wrapAsJson(
                            translator.batchProcessOutput(ctx, list).stream().map(shown).toList()));
        } else {
            Batchifier batchifier = translator.getBatchifier();
            NDList row = batchifier == null ? list : batchifier.unbatchify(list)[0];
            output.add(BytesSupplier.wrapAsJson(shown.apply(translator.processOutput(ctx, row))));
        }
        return output;
    }
}
