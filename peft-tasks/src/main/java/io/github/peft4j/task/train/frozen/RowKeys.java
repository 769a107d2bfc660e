package io.github.peft4j.task.train.frozen;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import com.google.common.collect.ImmutableList;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.github.peft4j.model.ModelInput;

/**
 * What the layers see of each row of a call: its token ids, mask, segments and positions up to its
 * last token, as a SHA-256. Padding behind a row does not count; padding in front moves its tokens
 * to other positions and does.
 */
final class RowKeys {

    private static final ImmutableList<String> COLUMNS =
            ImmutableList.of(
                    ModelInput.INPUT_IDS,
                    ModelInput.ATTENTION_MASK,
                    ModelInput.TOKEN_TYPE_IDS,
                    ModelInput.POSITION_IDS);

    private static final int MASK = COLUMNS.indexOf(ModelInput.ATTENTION_MASK);
    private static final int POSITIONS = COLUMNS.indexOf(ModelInput.POSITION_IDS);

    private RowKeys() {}

    /**
     * The rows' keys.
     *
     * @param kind rows of different kinds have different keys
     * @return empty if the call has no token ids that keys could be made of
     */
    static ImmutableList<HashCode> of(ModelInput input, String kind) {
        NDArray ids = input.inputIds();
        if (ids == null || ids.getShape().dimension() != 2) {
            return ImmutableList.of();
        }
        int rows = (int) ids.getShape().get(0);
        int width = (int) ids.getShape().get(1);
        long[][] columns = new long[COLUMNS.size()][];
        for (int i = 0; i < columns.length; i++) {
            NDArray column = input.get(COLUMNS.get(i));
            columns[i] = column == null ? new long[0] : numbers(column);
            // A single row of positions may stand for all.
            boolean shared = i == POSITIONS && columns[i].length == width;
            if (column != null && columns[i].length != rows * width && !shared) {
                return ImmutableList.of(); // the model says what is wrong with it
            }
        }
        ImmutableList.Builder<HashCode> keys = ImmutableList.builder();
        for (int row = 0; row < rows; row++) {
            keys.add(key(kind, columns, row * width, length(columns[MASK], row * width, width)));
        }
        return keys.build();
    }

    /** Positions up to the last token. */
    private static int length(long[] mask, int from, int width) {
        int length = width;
        while (mask.length > 0 && length > 0 && mask[from + length - 1] == 0) {
            length--;
        }
        return length;
    }

    private static HashCode key(String kind, long[][] columns, int from, int length) {
        Hasher hasher = Hashing.sha256().newHasher();
        hasher.putUnencodedChars(kind).putInt(length);
        for (long[] column : columns) {
            int start = column.length < from + length ? 0 : from;
            int end = column.length == 0 ? 0 : start + length;
            hasher.putInt(end - start);
            for (int i = start; i < end; i++) {
                hasher.putLong(column[i]);
            }
        }
        return hasher.hash();
    }

    private static long[] numbers(NDArray column) {
        if (column.getDataType() == DataType.INT64) {
            return column.toLongArray();
        }
        Number[] values = column.toArray();
        long[] bits = new long[values.length];
        for (int i = 0; i < bits.length; i++) {
            double value = values[i].doubleValue();
            bits[i] = value == 0 ? 0 : Double.doubleToRawLongBits(value);
        }
        return bits;
    }
}
