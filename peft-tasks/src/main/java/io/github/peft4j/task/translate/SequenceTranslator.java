package io.github.peft4j.task.translate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import com.google.common.collect.ImmutableList;
import com.google.gson.Gson;
import io.github.peft4j.model.BaseModel;
import io.github.peft4j.ops.Gradients;
import io.github.peft4j.task.data.EncodeOptions;
import io.github.peft4j.task.data.TextInput;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.Tokenizer;
import io.github.peft4j.task.data.TruncationStrategy;
import io.github.peft4j.transformers.PretrainedConfig;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Texts to tokens, and the logits of a text to a result.
 *
 * <p>A list of texts becomes one batch, padded to its longest row. From the input to the closing of
 * the call's context gradients are off in the calling thread: a {@code Predictor} does not see to
 * that, and every new thread starts with them on.
 *
 * @param <O> the result for one text
 */
abstract class SequenceTranslator<O> implements Translator<String, O> {

    private static final String GRADIENTS = "peft4j.gradients";

    private final Tokenizer tokenizer;
    private final EncodeOptions options;

    SequenceTranslator(Tokenizer tokenizer, EncodeOptions options) {
        this.tokenizer = tokenizer;
        this.options = options;
    }

    /** The result for the logits of one text. */
    abstract O result(float[] logits);

    /** Cuts texts to what the tokenizer says the model takes, if it says so. */
    static EncodeOptions cutToModel(Tokenizer tokenizer) {
        return tokenizer.config().modelMaxLength().isPresent()
                ? EncodeOptions.builder().optTruncation(TruncationStrategy.LONGEST_FIRST).build()
                : EncodeOptions.DEFAULT;
    }

    /** The checkpoint's configuration. */
    static PretrainedConfig config(BaseModel model) {
        return PretrainedConfig.of(
                new Gson().toJsonTree(model.info().config()), "the base model's config");
    }

    @Override
    public final NDList processInput(TranslatorContext ctx, String text) {
        NDList row = new NDList();
        for (NDArray column : batchProcessInput(ctx, ImmutableList.of(text))) {
            row.add(column.squeeze(0));
        }
        return row;
    }

    @Override
    public final NDList batchProcessInput(TranslatorContext ctx, List<String> texts) {
        if (texts.isEmpty()) {
            return new NDList();
        }
        switchGradientsOff(ctx);
        List<TextInput> inputs = texts.stream().map(TextInput::of).toList();
        return TokenDataset.unlabeled(tokenizer, inputs, options)
                .batch(IntStream.range(0, texts.size()).toArray())
                .toInput(ctx.getNDManager())
                .toList();
    }

    @Override
    public final O processOutput(TranslatorContext ctx, NDList list) {
        return result(list.get(0).toFloatArray());
    }

    @Override
    public final List<O> batchProcessOutput(TranslatorContext ctx, NDList list) {
        if (list.isEmpty()) {
            return ImmutableList.of();
        }
        NDArray logits = list.get(0);
        int rows = Math.toIntExact(logits.getShape().get(0));
        float[] flat = logits.toFloatArray();
        int width = flat.length / rows;
        ImmutableList.Builder<O> results = ImmutableList.builder();
        for (int row = 0; row < rows; row++) {
            results.add(result(Arrays.copyOfRange(flat, row * width, (row + 1) * width)));
        }
        return results.build();
    }

    /** Off until the context closes, which it does in this thread whether or not the call fails. */
    private static void switchGradientsOff(TranslatorContext ctx) {
        if (ctx.getAttachment(GRADIENTS) == null) {
            Gradients off = Gradients.off();
            ctx.setAttachment(GRADIENTS, off);
            ctx.getNDManager().attachInternal(GRADIENTS, off);
        }
    }
}
