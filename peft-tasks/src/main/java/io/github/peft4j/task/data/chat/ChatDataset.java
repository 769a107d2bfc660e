package io.github.peft4j.task.data.chat;

import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.chat.read.Conversations;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Conversations as rows for a causal model: int64 labels [B, S] are the tokens that {@link
 * ChatLoss} names, {@code -100} on all others and on padding, which is on the right.
 *
 * <p>Turns are written by the tokenizer's chat template and encoded without further special tokens,
 * as {@code apply_chat_template} does; a template's beginning of text is the only one. Texts
 * without turns are joined and end with the tokenizer's end token, as in TRL's SFTTrainer. The
 * assistant's tokens are those between the template's {@code {% generation %}} marks, or else those
 * that a turn adds to the conversation before it. The token that ends a turn counts, so that the
 * model learns to stop.
 *
 * <p>Costs eight bytes a token. Without marks, each turn of the assistant is encoded twice more
 * with all that is before it.
 */
public final class ChatDataset implements BatchSource {

    private static final Logger LOG = LoggerFactory.getLogger(ChatDataset.class);

    private final Tokenizer tokenizer;
    private final TokenDataset rows;
    private final ChatCounts counts;
    private final String description;

    private ChatDataset(
            Tokenizer tokenizer, TokenDataset rows, ChatCounts counts, String description) {
        this.tokenizer = tokenizer;
        this.rows = rows;
        this.counts = counts;
        this.description = description;
    }

    /** The dataset of some conversations, of which the assistant's turns count. */
    public static ChatDataset of(Tokenizer tokenizer, Conversations conversations) {
        return of(tokenizer, conversations, ChatOptions.DEFAULT);
    }

    /**
     * The dataset of some conversations. What was cut, left out or counted is logged in one line,
     * {@link #describe}.
     *
     * @param tokenizer must stay open as long as {@link #preview} is used
     * @param conversations all of turns, or all of texts; instructions are turns where the
     *     tokenizer has a chat template, and texts elsewhere
     * @throws IllegalStateException if turns are given and the tokenizer has no chat template, or
     *     texts and it has no end token
     * @throws IllegalArgumentException that names the conversation, if the template refuses it or
     *     does not tell the assistant's tokens; or if no token of any conversation counts
     */
    public static ChatDataset of(
            Tokenizer tokenizer, Conversations conversations, ChatOptions options) {
        ConversationWriter writer = new ConversationWriter(tokenizer, conversations, options);
        RowCollector collector = new RowCollector(tokenizer, options);
        writer.write(collector::add);
        TokenDataset rows = collector.dataset().withName(conversations.name());
        ChatCounts counts = collector.counts();
        String description = collector.describe(conversations, writer.way());
        boolean lost = counts.overlong() + counts.withoutCounted() + conversations.badRows() > 0;
        LOG.atLevel(lost ? Level.WARN : Level.INFO).log("{}", description);
        return new ChatDataset(tokenizer, rows, counts, description);
    }

    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public int length(int index) {
        return rows.length(index);
    }

    @Override
    public TokenBatch batch(int... indices) {
        return rows.batch(indices);
    }

    @Override
    public String name() {
        return rows.name();
    }

    /** What the rows were made of. */
    public ChatCounts counts() {
        return counts;
    }

    /** The counts in one line, with what was cut or left out. */
    public String describe() {
        return description;
    }

    /**
     * A row for people to look at: its tokens as text, a line for each stretch that counts or does
     * not. Lines that count begin with {@code *}, followed by the number of their first token.
     */
    public String preview(int index) {
        TokenBatch row = batch(index);
        long[] ids = values(row, ModelInput.INPUT_IDS);
        long[] labels = values(row, ModelInput.LABELS);
        StringBuilder lines = new StringBuilder();
        for (int from = 0, to = 0; from < ids.length; from = to) {
            boolean counts = labels[from] != TokenDataset.IGNORED;
            while (to < ids.length && (labels[to] != TokenDataset.IGNORED) == counts) {
                to++;
            }
            String text = tokenizer.decode(Arrays.copyOfRange(ids, from, to), false, false);
            lines.append(
                    "%s%6d | %s%n"
                            .formatted(
                                    counts ? "*" : " ",
                                    from,
                                    text.replace("\r", "\\r").replace("\n", "\\n")));
        }
        return lines.toString();
    }

    private static long[] values(TokenBatch row, String column) {
        return row.columns().get(column) instanceof HostArray.Int64 numbers
                ? numbers.values()
                : new long[0];
    }
}
