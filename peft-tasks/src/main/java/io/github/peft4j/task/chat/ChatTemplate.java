package io.github.peft4j.task.chat;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.task.chat.internal.jinja.JinjaTemplate;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes conversations as the text that a chat model was trained on, as Hugging Face's {@code
 * apply_chat_template} does.
 *
 * <p>The text holds its special tokens already: encode it without adding any, which {@code
 * Tokenizer.encodeChat} does. The template, a Jinja program out of the checkpoint, may be of
 * unknown origin: {@link JinjaTemplate} says what it can reach and spend. But it decides what the
 * model reads, and a message may itself contain the text of a special token.
 *
 * <p>Immutable, and safe to use from any number of threads. Rendering takes microseconds to a few
 * milliseconds.
 *
 * @see <a href="https://huggingface.co/docs/transformers/chat_templating">Hugging Face</a>
 */
public final class ChatTemplate {

    private final JinjaTemplate template;
    private final ImmutableMap<String, String> specialTokens;
    private final Clock clock;

    private ChatTemplate(
            JinjaTemplate template, ImmutableMap<String, String> specialTokens, Clock clock) {
        this.template = template;
        this.specialTokens = specialTokens;
        this.clock = clock;
    }

    /**
     * Reads a template.
     *
     * @param source the Jinja program
     * @param specialTokens token of each role, e.g. {@code bos_token}
     * @throws IllegalArgumentException if the program is not well formed; the text names its line
     */
    public static ChatTemplate of(String source, Map<String, String> specialTokens) {
        return of(source, specialTokens, Clock.system(ZoneId.systemDefault()));
    }

    /** As {@link #of(String, Map)}, with another clock for templates that write the date. */
    public static ChatTemplate of(String source, Map<String, String> specialTokens, Clock clock) {
        try {
            return new ChatTemplate(
                    JinjaTemplate.parse(source), ImmutableMap.copyOf(specialTokens), clock);
        } catch (JinjaException bad) {
            throw new IllegalArgumentException(
                    "The chat template cannot be read, %s Correct chat_template in the checkpoint."
                            .formatted(JsonReasons.message(bad)),
                    bad);
        }
    }

    /** The text of a conversation. */
    public String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
        return render(messages, addGenerationPrompt, ImmutableMap.of());
    }

    /**
     * The text of a conversation.
     *
     * @param messages the turns, oldest first
     * @param addGenerationPrompt whether the head of the assistant's next turn is put behind them:
     *     yes to have the model answer, no to train on a whole conversation
     * @param variables what else the template reads, e.g. {@code enable_thinking}: texts, numbers,
     *     booleans, lists and maps of them; they take the place of special tokens of the same name
     * @throws IllegalArgumentException if there is no message, or the template refuses the
     *     conversation or fails; the text names its line
     */
    public String render(
            List<ChatMessage> messages, boolean addGenerationPrompt, Map<String, ?> variables) {
        Map<String, @Nullable Object> all = all(messages, addGenerationPrompt, variables);
        try {
            return template.render(all, clock);
        } catch (JinjaException failed) {
            throw refused(failed);
        }
    }

    /** Whether the template marks what the assistant writes, with {@code {% generation %}}. */
    public boolean marksGeneration() {
        return template.marksGeneration();
    }

    /**
     * The text of a conversation with what the template marks as the assistant's own, as
     * transformers has it for {@code return_assistant_tokens_mask}. Without the head of a next
     * turn.
     *
     * @param variables as for {@link #render(List, boolean, Map)}
     * @throws IllegalArgumentException as {@link #render(List, boolean, Map)}, or if a mark is
     *     inside a macro or another mark
     */
    public RenderedChat renderMarked(List<ChatMessage> messages, Map<String, ?> variables) {
        Map<String, @Nullable Object> all = all(messages, false, variables);
        try {
            JinjaTemplate.Rendering rendering = template.renderMarked(all, clock);
            return new RenderedChat(
                    rendering.text(),
                    rendering.marks().stream()
                            .map(mark -> new RenderedChat.Stretch(mark.start(), mark.end()))
                            .toList());
        } catch (JinjaException failed) {
            throw refused(failed);
        }
    }

    private Map<String, @Nullable Object> all(
            List<ChatMessage> messages, boolean addGenerationPrompt, Map<String, ?> variables) {
        if (messages.isEmpty()) {
            throw new IllegalArgumentException(
                    "0 messages make no conversation. Give the user's first message.");
        }
        Map<String, @Nullable Object> all = new HashMap<>(specialTokens);
        // there, but None: templates tell this from a name that is undefined
        all.put("tools", null);
        all.put("documents", null);
        all.putAll(variables);
        all.put("messages", messages.stream().map(ChatMessage::variables).toList());
        all.put("add_generation_prompt", addGenerationPrompt);
        return all;
    }

    private static IllegalArgumentException refused(JinjaException failed) {
        return new IllegalArgumentException(
                failed.raisedByTemplate()
                        ? "The chat template refuses these messages: %s (its line %d) Change them."
                                .formatted(failed.problem(), failed.line())
                        : ("The chat template fails at %s Check that messages and variables are"
                                        + " what it reads.")
                                .formatted(JsonReasons.message(failed)),
                failed);
    }
}
