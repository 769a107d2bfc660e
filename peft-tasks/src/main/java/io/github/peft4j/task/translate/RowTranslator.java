package io.github.peft4j.task.translate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import com.google.gson.Gson;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.PaddingStrategy;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.tokenize.TruncationStrategy;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Inputs to tokens, and what the model says of a row of tokens to a result.
 *
 * <p>A list of inputs becomes one batch, padded to its longest row. From the input to the closing
 * of the call's context gradients are off in the calling thread: a {@code Predictor} does not see
 * to that, and every new thread starts with them on.
 *
 * @param <I> what is asked about
 * @param <O> the result for one input
 */
abstract class RowTranslator<I, O> implements Translator<I, O> {

    private static final String GRADIENTS = "peft4j.gradients";
    private static final String ROWS = "peft4j.rows";

    /** What a call was asked, row by row, until its outputs come. */
    private record Rows(ImmutableList<TextInput> texts, ImmutableList<Encoding> encodings) {}

    private final Tokenizer tokenizer;
    private final EncodeOptions options;

    RowTranslator(Tokenizer tokenizer, EncodeOptions options) {
        if (options.padding() != PaddingStrategy.NONE || options.overflowWindows()) {
            throw new IllegalArgumentException(
                    ("padding %s and overflowWindows %s do not fit a translator: a batch is padded"
                                    + " to its longest row. Leave both at their defaults.")
                            .formatted(options.padding(), options.overflowWindows()));
        }
        this.tokenizer = tokenizer;
        this.options = options.toBuilder().optPadding(PaddingStrategy.LONGEST).build();
    }

    /** What the model reads of an input. */
    abstract TextInput text(I input);

    /**
     * The result for one row.
     *
     * @param row its tokens, padding included: position by position what the outputs speak of
     * @param outputs the row's part of each array that the model returns, flat
     */
    abstract O result(TextInput text, Encoding row, List<float[]> outputs);

    /** Cuts texts to what the tokenizer says the model takes, if it says so. */
    static EncodeOptions cutToModel(Tokenizer tokenizer, TruncationStrategy strategy) {
        return tokenizer.config().modelMaxLength().isPresent()
                ? EncodeOptions.builder().optTruncation(strategy).build()
                : EncodeOptions.DEFAULT;
    }

    /** The checkpoint's configuration. */
    static PretrainedConfig config(BaseModel model) {
        return PretrainedConfig.of(
                new Gson().toJsonTree(model.info().config()), "the base model's config");
    }

    @Override
    public final NDList processInput(TranslatorContext ctx, I input) {
        NDList row = new NDList();
        for (NDArray column : batchProcessInput(ctx, ImmutableList.of(input))) {
            row.add(column.squeeze(0));
        }
        return row;
    }

    @Override
    public final NDList batchProcessInput(TranslatorContext ctx, List<I> inputs) {
        if (inputs.isEmpty()) {
            return new NDList();
        }
        switchGradientsOff(ctx);
        List<TextInput> texts =
                inputs.stream().map(this::text).collect(ImmutableList.toImmutableList());
        List<Encoding> rows = tokenizer.encodeAll(texts, options);
        ctx.setAttachment(ROWS, new Rows(ImmutableList.copyOf(texts), ImmutableList.copyOf(rows)));
        return batch(rows).toInput(ctx.getNDManager()).toList();
    }

    private TokenBatch batch(List<Encoding> rows) {
        ImmutableMap.Builder<String, HostArray> columns = ImmutableMap.builder();
        columns.put(ModelInput.INPUT_IDS, column(rows, Encoding::ids));
        columns.put(ModelInput.ATTENTION_MASK, column(rows, Encoding::attentionMask));
        if (tokenizer.config().modelInputNames().contains(ModelInput.TOKEN_TYPE_IDS)) {
            columns.put(ModelInput.TOKEN_TYPE_IDS, column(rows, Encoding::typeIds));
        }
        int[] indices = IntStream.range(0, rows.size()).toArray();
        return new TokenBatch(columns.buildOrThrow(), ImmutableIntArray.copyOf(indices));
    }

    private static HostArray column(List<Encoding> rows, Function<Encoding, long[]> part) {
        int length = rows.get(0).length();
        if (length == 0) {
            throw new IllegalArgumentException(
                    "The text gives 0 tokens, which no model takes. Leave it out.");
        }
        long[] values = new long[rows.size() * length];
        for (int row = 0; row < rows.size(); row++) {
            System.arraycopy(part.apply(rows.get(row)), 0, values, row * length, length);
        }
        return new HostArray.Int64(values, new Shape(rows.size(), length));
    }

    @Override
    public final O processOutput(TranslatorContext ctx, NDList list) {
        return results(ctx, list).get(0);
    }

    @Override
    public final List<O> batchProcessOutput(TranslatorContext ctx, NDList list) {
        return list.isEmpty() ? ImmutableList.of() : results(ctx, list);
    }

    private ImmutableList<O> results(TranslatorContext ctx, NDList list) {
        Rows rows = (Rows) ctx.getAttachment(ROWS);
        int count = rows.encodings().size();
        List<float[]> arrays = list.stream().map(NDArray::toFloatArray).toList();
        ImmutableList.Builder<O> results = ImmutableList.builder();
        for (int i = 0; i < count; i++) {
            List<float[]> parts = new ArrayList<>();
            for (float[] array : arrays) {
                int width = array.length / count;
                parts.add(Arrays.copyOfRange(array, i * width, (i + 1) * width));
            }
            results.add(result(rows.texts().get(i), rows.encodings().get(i), parts));
        }
        return results.build();
    }

    /** Off until the context closes, which it does in this thread whether or not the call fails. */
    static void switchGradientsOff(TranslatorContext ctx) {
        if (ctx.getAttachment(GRADIENTS) == null) {
            Gradients off = Gradients.off();
            ctx.setAttachment(GRADIENTS, off);
            ctx.getNDManager().attachInternal(GRADIENTS, off);
        }
    }
}
