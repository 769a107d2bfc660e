package io.github.peft4j.task.data.chat;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.data.chat.read.ChatRow;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.Token;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a prompt with its completion as TRL's SFTTrainer does: joined, with the end token behind
 * them unless the completion ends with it. The completion starts with the first token that the
 * prompt alone does not have.
 */
final class TextWriter {

    private final String end;
    private final ChatLoss loss;

    /**
     * Of a tokenizer that has an end token.
     *
     * @throws IllegalStateException if it has none
     */
    TextWriter(Tokenizer tokenizer, ChatLoss loss) {
        tokenizer.eosId();
        @Nullable String token = tokenizer.config().specialTokens().get("eos_token");
        this.end = token == null ? "" : token;
        this.loss = loss;
    }

    Writing write(ChatRow.Texts row) {
        String completion =
                row.completion().endsWith(end) ? row.completion() : row.completion() + end;
        boolean empty = completion.equals(end);
        return new Writing(
                ImmutableList.of(row.prompt() + completion, row.prompt()),
                encodings -> row(encodings, empty));
    }

    private LabelledRow row(List<Encoding> encodings, boolean empty) {
        Encoding whole = encodings.get(0);
        int ahead = 0; // an empty prompt has what is put ahead of it too
        while (whole.kind(ahead) == Token.Kind.SPECIAL) {
            ahead++;
        }
        int[] ids = ids(whole, ahead);
        int[] prompt = ids(encodings.get(1), ahead);
        int start = Prefixes.shared(prompt, ids);
        boolean[] counts = new boolean[ids.length];
        Arrays.fill(counts, loss == ChatLoss.ALL ? 0 : start, ids.length, true);
        return new LabelledRow(ids, counts, 1, empty ? 1 : 0, start < prompt.length ? 1 : 0);
    }

    /** Without what the tokenizer puts behind a text: the end is in the text already. */
    private static int[] ids(Encoding encoding, int ahead) {
        int length = encoding.length();
        while (length > ahead && encoding.kind(length - 1) == Token.Kind.SPECIAL) {
            length--;
        }
        int[] ids = new int[length];
        Arrays.setAll(ids, encoding::id);
        return ids;
    }
}
