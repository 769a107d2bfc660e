package io.github.peft4j.task.tokenize;

import com.google.common.collect.ImmutableList;
import com.google.common.math.IntMath;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

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

    /** The windows of a row in the order of Hugging Face; the first is the truncated row. */
    List<List<Token>> windows(List<Token> row) {
        if (strategy == TruncationStrategy.NONE || row.size() <= maxLength) {
            return List.of(row);
        }
        List<Token> first = row.stream().filter(token -> token.sequence() == 0).toList();
        List<Token> second = row.stream().filter(token -> token.sequence() == 1).toList();
        int special = row.size() - first.size() - second.size();
        if (special > maxLength) {
            throw refused("leaves no room for the %d special tokens".formatted(special));
        }
        int excess = row.size() - maxLength;
        int[] kept = {first.size(), second.size()};
        switch (strategy) {
            case ONLY_FIRST -> kept[0] = shorten(first, excess, "first");
            case ONLY_SECOND -> kept[1] = shorten(second, excess, "second");
            default -> kept = shareRoom(first.size(), second.size(), maxLength - special);
        }
        return combine(row, cut(first, kept[0]), cut(second, kept[1]));
    }

    /** Lengths under longest_first: the shorter text stays whole while it fits half the room. */
    private static int[] shareRoom(int first, int second, int room) {
        int shorter = Math.min(Math.min(first, second), room / 2);
        return first <= second
                ? new int[] {shorter, room - shorter}
                : new int[] {room - shorter, shorter};
    }

    private int shorten(List<Token> text, int excess, String which) {
        if (text.size() <= excess) {
            throw refused(
                    "must cut %d tokens from the %s text, which has only %d"
                            .formatted(excess, which, text.size()));
        }
        return text.size() - excess;
    }

    /** Pieces of {@code length} tokens that overlap by the stride, from the kept end onward. */
    private List<List<Token>> cut(List<Token> text, int length) {
        if (length == text.size()) {
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
            count += IntMath.divide(text.size() - length, step, RoundingMode.CEILING);
        }
        List<List<Token>> pieces = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int start = i * step;
            int end = Math.min(start + length, text.size());
            pieces.add(
                    side == Side.RIGHT
                            ? text.subList(start, end)
                            : text.subList(text.size() - end, text.size() - start));
        }
        return pieces;
    }

    private IllegalArgumentException refused(String what) {
        return new IllegalArgumentException(
                "Truncation %s to maxLength %d %s. Raise maxLength or cut another text."
                        .formatted(strategy, maxLength, what));
    }

    /** Every piece of one text with every piece of the other, the two first pieces first. */
    private static List<List<Token>> combine(
            List<Token> row, List<List<Token>> first, List<List<Token>> second) {
        List<List<Token>> windows = new ArrayList<>();
        windows.add(fill(row, first.get(0), second.get(0)));
        for (List<Token> piece : first.subList(1, first.size())) {
            second.forEach(other -> windows.add(fill(row, piece, other)));
        }
        for (List<Token> piece : second.subList(1, second.size())) {
            windows.add(fill(row, first.get(0), piece));
        }
        return windows;
    }

    /** The row with its texts replaced; special tokens keep their places. */
    private static List<Token> fill(List<Token> row, List<Token> first, List<Token> second) {
        ImmutableList.Builder<Token> window = ImmutableList.builder();
        boolean[] done = new boolean[2];
        for (Token token : row) {
            int sequence = token.sequence();
            if (sequence < 0) {
                window.add(token);
            } else if (!done[sequence]) {
                window.addAll(sequence == 0 ? first : second);
                done[sequence] = true;
            }
        }
        return window.build();
    }
}
