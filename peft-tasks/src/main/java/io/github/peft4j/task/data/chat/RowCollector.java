package io.github.peft4j.task.data.chat;

import io.github.peft4j.task.data.RaggedInts;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.chat.read.Conversations;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.Tokenizer;

/** Cuts, counts and keeps rows. */
final class RowCollector {

    private final ChatOptions options;
    private final TokenDataset.Builder rows;
    private final RaggedInts.Builder labels = RaggedInts.builder();
    private int kept;
    private int turns;
    private int emptyTurns;
    private long tokens;
    private long countedTokens;
    private int overlong;
    private int withoutCounted;
    private int mergedStarts;

    RowCollector(Tokenizer tokenizer, ChatOptions options) {
        this.options = options;
        rows =
                TokenDataset.builder(
                        tokenizer, EncodeOptions.builder().optPaddingSide(Side.RIGHT).build());
    }

    /** Takes a row, or leaves it out. */
    void add(LabelledRow whole) {
        boolean tooLong = options.maxLength() > 0 && whole.ids().length > options.maxLength();
        overlong += tooLong ? 1 : 0;
        if (tooLong && options.overlong() == Overlong.DROP) {
            return;
        }
        LabelledRow row = tooLong ? whole.cut(options.maxLength()) : whole;
        int counted = row.counted();
        if (counted == 0) {
            withoutCounted++;
            return;
        }
        kept++;
        turns += row.turns();
        emptyTurns += row.emptyTurns();
        mergedStarts += row.mergedStarts();
        tokens += row.ids().length;
        countedTokens += counted;
        rows.add(row.ids(), new int[row.ids().length]);
        labels.add(row.labels());
    }

    ChatCounts counts() {
        return new ChatCounts(
                kept,
                turns,
                emptyTurns,
                tokens,
                countedTokens,
                overlong,
                withoutCounted,
                mergedStarts);
    }

    /**
     * The rows that were kept.
     *
     * @throws IllegalArgumentException if there is none
     */
    TokenDataset dataset() {
        if (kept == 0) {
            throw new IllegalArgumentException(
                    ("No token of any conversation counts: %d have no turn of the assistant%s."
                                    + " Look at roles, chat template and optMaxLength.")
                            .formatted(
                                    withoutCounted,
                                    overlong == 0
                                            ? ""
                                            : " within %d tokens, and %d are longer than that"
                                                    .formatted(options.maxLength(), overlong)));
        }
        return rows.optTokenLabels(labels.build(), Integer.MAX_VALUE).build();
    }

    /**
     * One line about the rows.
     *
     * @param way how the tokens that count are found
     */
    String describe(Conversations from, String way) {
        StringBuilder text = new StringBuilder();
        text.append(from.name().isEmpty() ? "Conversations" : from.name());
        if (from.format() != null) {
            text.append(" (").append(from.format().fields()).append(')');
        }
        text.append(": %d rows, %d turns of the assistant".formatted(kept, turns));
        note(text, " (%d of them empty)", emptyTurns);
        text.append(
                ", %d tokens, %d of them count (%s%s)"
                        .formatted(tokens, countedTokens, options.loss(), way));
        note(
                text,
                options.overlong() == Overlong.CUT
                        ? "; %d longer than " + options.maxLength() + " tokens were cut"
                        : "; %d longer than " + options.maxLength() + " tokens were left out",
                overlong);
        note(text, "; %d without a token that counts were left out", withoutCounted);
        note(text, "; %d bad rows were left out", from.badRows());
        note(text, "; %d turns share their first token with what is before them", mergedStarts);
        return text.toString();
    }

    private static void note(StringBuilder text, String note, int count) {
        if (count > 0) {
            text.append(note.formatted(count));
        }
    }
}
