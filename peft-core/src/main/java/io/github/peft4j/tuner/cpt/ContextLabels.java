package io.github.peft4j.tuner.cpt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.common.primitives.ImmutableDoubleArray;
import com.google.common.primitives.ImmutableLongArray;
import com.google.common.primitives.Longs;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which labels of a context and a text count, and how much.
 *
 * <p>Of the context those count whose part is a multiple of 4 above 0. The parts of the text, all 4
 * unless {@code input_type_mask} says otherwise, are counted on from the context's largest. With
 * decay, labels of the last example (the text's own) count whole and those of each one before it by
 * a factor less.
 */
final class ContextLabels {

    /** Parts of a text's tokens, [B, S], an argument of PEFT's forward. */
    static final String INPUT_TYPE_MASK = "input_type_mask";

    private static final int PARTS = 4;
    private static final long IGNORED = -100;

    private final long[] ids;
    private final long[] types;
    private final double factor;

    ContextLabels(CPTConfig config) {
        ids = Longs.toArray(config.cptTokenIds());
        types = Longs.toArray(config.cptTokensTypeMask());
        factor = config.decays() ? config.optLossDecayFactor() : 1;
    }

    /**
     * Whether the labels of texts never count, for their parts are counted on from this context.
     */
    static boolean ofTextAreLost(CPTConfig config) {
        return Longs.max(Longs.toArray(config.cptTokensTypeMask())) % PARTS != 0;
    }

    /** How many tokens the context has. */
    int size() {
        return ids.length;
    }

    /**
     * Labels of context and text, [B, n + S], -100 where none counts.
     *
     * @param parts of the same positions
     */
    record Rows(ImmutableLongArray labels, ImmutableLongArray parts, Shape shape, double factor) {

        /** The labels that count, each foretold by the position before it. */
        Counted counted() {
            int length = (int) shape.get(1);
            ImmutableLongArray.Builder places = ImmutableLongArray.builder();
            ImmutableLongArray.Builder counted = ImmutableLongArray.builder();
            ImmutableDoubleArray.Builder weights = ImmutableDoubleArray.builder();
            for (int i = 0; i < labels.length(); i++) {
                if (i % length > 0 && labels.get(i) != IGNORED) {
                    places.add(i - 1);
                    counted.add(labels.get(i));
                    int start = i - i % length;
                    weights.add(weight(parts.subArray(start + 1, start + length), parts.get(i)));
                }
            }
            return new Counted(places.build(), counted.build(), weights.build());
        }

        /** The factor to the power of how many parts with labels come after this one. */
        private double weight(ImmutableLongArray row, long part) {
            long later =
                    row.stream().filter(other -> other > part && isLabel(other)).distinct().count();
            return Math.pow(factor, (double) later);
        }
    }

    /**
     * Labels that count.
     *
     * @param places of the positions that foretell them, in [B, n + S] laid flat
     */
    record Counted(
            ImmutableLongArray places, ImmutableLongArray labels, ImmutableDoubleArray weights) {}

    private static boolean isLabel(long part) {
        return part > 0 && part % PARTS == 0;
    }

    /**
     * Labels of context and text.
     *
     * @param labels the text's, [B, S]
     * @param inputTypes the parts of its tokens, [B, S], or null
     * @throws IllegalArgumentException if no label counts
     */
    Rows of(NDArray labels, @Nullable NDArray inputTypes) {
        return of(
                labels.toLongArray(),
                labels.getShape(),
                inputTypes == null ? null : longs(inputTypes));
    }

    /** The same of labels and parts laid flat. */
    Rows of(long[] own, Shape shape, long @Nullable [] ownTypes) {
        int rows = (int) shape.get(0);
        int length = (int) shape.get(1);
        int width = ids.length + length;
        long largest = Longs.max(types);
        long[] all = new long[rows * width];
        long[] parts = new long[all.length];
        boolean any = false;
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < width; i++) {
                int at = row * width + i;
                boolean context = i < ids.length;
                int of = row * length + i - ids.length;
                long part = context ? types[i] : ownTypes == null ? PARTS : ownTypes[of];
                parts[at] = !context && part > 0 ? part + largest : part;
                long label = context ? ids[i] : own[of];
                all[at] = isLabel(parts[at]) ? label : IGNORED;
                any |= i > 0 && all[at] != IGNORED;
            }
        }
        if (!any) {
            throw new IllegalArgumentException(
                    "No label counts: of the parts in cpt_tokens_type_mask the largest is "
                            + largest
                            + ", and a label counts where its part, counted on from there, is a"
                            + " multiple of 4. End the context with a label (4, 8, ...).");
        }
        return new Rows(
                ImmutableLongArray.copyOf(all),
                ImmutableLongArray.copyOf(parts),
                new Shape(rows, width),
                factor);
    }

    private static long[] longs(NDArray array) {
        return Arrays.stream(array.toArray()).mapToLong(Number::longValue).toArray();
    }
}
