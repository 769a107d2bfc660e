package io.github.peft4j.task.generate.text;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.List;
import java.util.Set;

/**
 * The tokens that end an answer in a conversation, whatever the generation config says: the
 * tokenizer's {@code eos_token}, and the special token that its chat template writes behind an
 * answer.
 *
 * <p>A generation config that was made for the model before its training on conversations names
 * neither; the model would go on and write the user's next turn too.
 */
final class TurnEnds {

    private static final String ANSWER = "Answer42";
    private static final List<ChatMessage> TALK =
            List.of(new ChatMessage("user", "Question"), new ChatMessage("assistant", ANSWER));

    private static final EncodeOptions PLAIN =
            EncodeOptions.builder().optAddSpecialTokens(false).build();

    private TurnEnds() {}

    /** Ids of the default chat template's tokens; empty if it writes none. */
    static Set<Integer> of(Tokenizer tokenizer) {
        ImmutableSet.Builder<Integer> ends = ImmutableSet.builder();
        tokenizer.specialId("eos_token").ifPresent(ends::add);
        String tail = behindAnAnswer(tokenizer);
        long[] ids = tail.isEmpty() ? new long[0] : tokenizer.encode(tail, PLAIN).ids();
        for (long id : ids) {
            long[] one = {id};
            String text = tokenizer.decode(one, false, false).strip();
            if (!text.isEmpty()) { // SentencePiece begins with a token for a space
                boolean special = tokenizer.decode(one, true).isBlank();
                if (special && tail.startsWith(text)) {
                    ends.add((int) id);
                }
                break;
            }
        }
        return ends.build();
    }

    private static String behindAnAnswer(Tokenizer tokenizer) {
        String talk;
        try {
            talk = tokenizer.chatTemplate().render(TALK, false);
        } catch (IllegalArgumentException refused) {
            return ""; // it wants other roles or messages
        }
        int answer = talk.lastIndexOf(ANSWER);
        return answer < 0 ? "" : talk.substring(answer + ANSWER.length()).strip();
    }
}
