package io.github.peft4j.task.generate.text;

import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.List;
import java.util.Set;

/**
 * A prompt in both of its forms: as text, and as the tokens that a model reads.
 *
 * @param text of a conversation, what its chat template makes of it
 * @param ids at least one
 * @param ends tokens that end its answer, with those that the generation config names
 */
public record TextPrompt(String text, ImmutableLongArray ids, Set<Integer> ends) {

    /** A template writes its special tokens itself. */
    private static final EncodeOptions TEMPLATED =
            EncodeOptions.builder().optAddSpecialTokens(false).build();

    /** Refuses a prompt without tokens, which no answer can follow. */
    public TextPrompt {
        if (ids.isEmpty()) {
            throw new IllegalArgumentException(
                    "The prompt '"
                            + text
                            + "' has no token in the model's vocabulary. Write another prompt.");
        }
        ends = ImmutableSet.copyOf(ends);
    }

    /** A prompt whose answer ends where the generation config says. */
    public TextPrompt(String text, ImmutableLongArray ids) {
        this(text, ids, ImmutableSet.of());
    }

    /** Encodes a text, with the special tokens that the tokenizer adds. */
    public static TextPrompt of(Tokenizer tokenizer, String text) {
        return of(tokenizer, text, EncodeOptions.DEFAULT);
    }

    /**
     * Encodes a text.
     *
     * @param options say which special tokens are added, and where the text is cut
     */
    public static TextPrompt of(Tokenizer tokenizer, String text, EncodeOptions options) {
        return new TextPrompt(
                text, ImmutableLongArray.copyOf(tokenizer.encode(text, options).ids()));
    }

    /**
     * Writes a conversation by the tokenizer's chat template, with the head of the turn that the
     * model is to write, and encodes it. The answer ends with the tokenizer's {@code eos_token} or
     * the special token that the template writes behind an answer, too.
     *
     * @throws IllegalStateException if the checkpoint has no chat template
     * @throws IllegalArgumentException if there is no message, or the template refuses them
     */
    public static TextPrompt of(Tokenizer tokenizer, List<ChatMessage> messages) {
        if (messages.isEmpty()) {
            throw new IllegalArgumentException(
                    "The conversation has 0 messages, and an answer needs at least one. Add a"
                            + " ChatMessage of the user.");
        }
        TextPrompt prompt =
                of(tokenizer, tokenizer.chatTemplate().render(messages, true), TEMPLATED);
        return new TextPrompt(prompt.text, prompt.ids, TurnEnds.of(tokenizer));
    }
}
