package io.github.peft4j.task.tokenize;

import com.google.common.math.IntMath;
import com.google.common.primitives.ImmutableIntArray;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cuts a row of tokens to a length; what is cut off may come back as further windows.
 *
 * <p>The special tokens of the template stay in every window, in their places; only tokens of the
 * texts are cut. It works on the finished row, so it needs to know nothing of the template.
 *
 * @param maxLength longest row, special tokens included
 * @param stride tokens of a text that a window shares with the one before
 * @param overflow whether the windows after the first are wanted
 */
record Truncation(
        TruncationStrategy strategy, int maxLength, int stride, boolean overflow, Side side) {

    /**
     * The windows of a row in the order of Hugging Face, as places in it; the first is the
     * truncated row.
     */
    List<ImmutableIntArray> windows(TokenColumns row) {
        if (strategy == TruncationStrategy.NONE || row.size() <= maxLength) {
            return List.of(ImmutableIntArray.copyOf(IntStream.range(0, row.size())));
        }
        ImmutableIntArray first = placesOf(row, 0);
        ImmutableIntArray second = placesOf(row, 1);
        int special = row.special();
        if (special > maxLength) {
            throw refused("leaves no room for the %d special tokens".formatted(special));
        }
        int excess = row.size() - maxLength;
        int[] kept = {first.length(), second.length()};
        switch (strategy) {
            case ONLY_FIRST -> kept[0] = shorten(first, excess, "first");
            case ONLY_SECOND -> kept[1] = shorten(second, excess, "second");
            default -> kept = shareRoom(first.length(), second.length(), maxLength - special);
        }
        return combine(row, cut(first, kept[0]), cut(second, kept[1]));
    }

    private static ImmutableIntArray placesOf(TokenColumns row, int sequence) {
        return ImmutableIntArray.copyOf(
                IntStream.range(0, row.size()).filter(place -> row.sequence(place) == sequence));
    }

    /** Lengths under longest_first: the shorter text stays whole while it fits half the room. */
    private static int[] shareRoom(int first, int second, int room) {
        int shorter = Math.min(Math.min(first, second), room / 2);
        return first <= second
                ? new int[] {shorter, room - shorter}
                : new int[] {room - shorter, shorter};
    }

    private int shorten(ImmutableIntArray text, int excess, String which) {
        if (text.length() <= excess) {
            throw refused(
                    "must cut %d tokens from the %s text, which has only %d"
                            .formatted(excess, which, text.length()));
        }
        return text.length() - excess;
    }

    /** Pieces of {@code length} tokens that overlap by the stride, from the kept end onward. */
    private List<ImmutableIntArray> cut(ImmutableIntArray text, int length) {
        if (length == text.length()) {
            return List.of(text);
        }
        int count = 1;
        int step = length - stride;
        if (overflow) {
            if (step <= 0) {
                throw refused(
                        "leaves %d tokens of the text a window, which is not more than stride %d"
                                .formatted(length, stride));
            }
            count += IntMath.divide(text.length() - length, step, RoundingMode.CEILING);
        }
        List<ImmutableIntArray> pieces = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int start = i * step;
            int end = Math.min(start + length, text.length());
            pieces.add(
                    side == Side.RIGHT
                            ? text.subArray(start, end)
                            : text.subArray(text.length() - end, text.length() - start));
        }
        return pieces;
    }

    private IllegalArgumentException refused(String what) {
        return new IllegalArgumentException(
                "Truncation %s to maxLength %d %s. Raise maxLength or cut another text."
                        .formatted(strategy, maxLength, what));
    }

    /** Every piece of one text with every piece of the other, the two first pieces first. */
    private static List<ImmutableIntArray> combine(
            TokenColumns row, List<ImmutableIntArray> first, List<ImmutableIntArray> second) {
        List<ImmutableIntArray> windows = new ArrayList<>();
        windows.add(fill(row, first.get(0), second.get(0)));
        for (ImmutableIntArray piece : first.subList(1, first.size())) {
            second.forEach(other -> windows.add(fill(row, piece, other)));
        }
        for (ImmutableIntArray piece : second.subList(1, second.size())) {
            windows.add(fill(row, first.get(0), piece));
        }
        return windows;
    }

    /** The row with its texts replaced; special tokens keep their places. */
    private static ImmutableIntArray fill(
            TokenColumns row, ImmutableIntArray first, ImmutableIntArray second) {
        ImmutableIntArray.Builder window = ImmutableIntArray.builder();
        boolean[] done = new boolean[2];
        for (int place = 0; place < row.size(); place++) {
            int sequence = row.sequence(place);
            if (sequence < 0) {
                window.add(place);
            } else if (!done[sequence]) {
                window.addAll(sequence == 0 ? first : second);
                done[sequence] = true;
            }
        }
        return window.build();
    }
}
