package io.github.peft4j.task.data;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.model.ModelInput;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Texts, tokenized once, in a few flat arrays: four bytes a token, eight with segments.
 *
 * <p>Batches are padded to their longest row, on the side and with the token that the tokenizer
 * names. {@code token_type_ids} are there if its {@code model_input_names} ask for them.
 */
public final class TokenDataset implements BatchSource {

    private final int[] ids;
    private final int @Nullable [] typeIds;
    private final int[] starts;
    private final @Nullable HostArray labels;
    private final int padId;
    private final int padTypeId;
    private final Side paddingSide;

    private TokenDataset(
            Tokenizer tokenizer, List<Encoding> rows, Side side, @Nullable HostArray labels) {
        this.starts = new int[rows.size() + 1];
        for (int i = 0; i < rows.size(); i++) {
            int length = rows.get(i).length();
            if (length == 0) {
                throw new IllegalArgumentException(
                        "Text %d gives 0 tokens, which no model takes. Leave it out.".formatted(i));
            }
            starts[i + 1] = Math.addExact(starts[i], length);
        }
        TokenizerConfig config = tokenizer.config();
        boolean segments = config.modelInputNames().contains(ModelInput.TOKEN_TYPE_IDS);
        this.ids = flat(rows, false);
        this.typeIds = segments ? flat(rows, true) : null;
        this.labels = labels;
        this.padId = tokenizer.padId();
        this.padTypeId = config.padTypeId();
        this.paddingSide = side;
    }

    /**
     * Tokenizes labelled texts.
     *
     * @param options truncation and special tokens; padding and windows are refused, as batches are
     *     padded later and a window would need a label of its own
     */
    public static TokenDataset of(
            Tokenizer tokenizer, List<LabeledText> examples, EncodeOptions options) {
        HostArray labels = LabelColumn.of(examples.stream().map(LabeledText::label).toList());
        return encode(
                tokenizer, examples.stream().map(LabeledText::input).toList(), options, labels);
    }

    /** Tokenizes texts without labels, for prediction. */
    public static TokenDataset unlabeled(
            Tokenizer tokenizer, List<TextInput> inputs, EncodeOptions options) {
        return encode(tokenizer, inputs, options, null);
    }

    private static TokenDataset encode(
            Tokenizer tokenizer,
            List<TextInput> inputs,
            EncodeOptions options,
            @Nullable HostArray labels) {
        if (options.padding() != PaddingStrategy.NONE || options.overflowWindows()) {
            throw new IllegalArgumentException(
                    "padding %s and overflowWindows %s do not fit a dataset: batches are padded to"
                                    .formatted(options.padding(), options.overflowWindows())
                            + " their longest row. Leave both at their defaults.");
        }
        Side own = options.paddingSide();
        Side side = own == null ? tokenizer.config().paddingSide() : own;
        return new TokenDataset(tokenizer, tokenizer.encodeAll(inputs, options), side, labels);
    }

    private int[] flat(List<Encoding> rows, boolean types) {
        int[] flat = new int[starts[rows.size()]];
        int next = 0;
        for (Encoding row : rows) {
            for (Token token : row.tokens()) {
                flat[next++] = types ? token.typeId() : token.id();
            }
        }
        return flat;
    }

    @Override
    public int size() {
        return starts.length - 1;
    }

    @Override
    public int length(int index) {
        return starts[index + 1] - starts[index];
    }

    @Override
    public TokenBatch batch(int... indices) {
        int columns = Arrays.stream(indices).map(this::length).max().orElse(0);
        Shape shape = new Shape(indices.length, columns);
        long[] inputIds = new long[indices.length * columns];
        long[] mask = new long[inputIds.length];
        long[] types = new long[typeIds == null ? 0 : inputIds.length];
        Arrays.fill(inputIds, padId);
        Arrays.fill(types, padTypeId);
        for (int row = 0; row < indices.length; row++) {
            int length = length(indices[row]);
            int from = starts[indices[row]];
            int to = row * columns + (paddingSide == Side.LEFT ? columns - length : 0);
            for (int i = 0; i < length; i++) {
                inputIds[to + i] = ids[from + i];
                mask[to + i] = 1;
                if (typeIds != null) {
                    types[to + i] = typeIds[from + i];
                }
            }
        }
        ImmutableMap.Builder<String, HostArray> batch = ImmutableMap.builder();
        batch.put(ModelInput.INPUT_IDS, new HostArray.Int64(inputIds, shape));
        batch.put(ModelInput.ATTENTION_MASK, new HostArray.Int64(mask, shape));
        if (typeIds != null) {
            batch.put(ModelInput.TOKEN_TYPE_IDS, new HostArray.Int64(types, shape));
        }
        if (labels != null) {
            batch.put(ModelInput.LABELS, labels.rows(indices));
        }
        return new TokenBatch(batch.buildOrThrow(), ImmutableIntArray.copyOf(indices));
    }
}
