package io.github.peft4j.task.data.chat.read;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.task.chat.ChatMessage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One example of a chat dataset. */
public sealed interface ChatRow {

    /** What was said first, for messages. */
    String beginning();

    /** A conversation of these turns. */
    static ChatRow of(ChatMessage... messages) {
        return new Turns(ImmutableList.copyOf(messages), 0, null, ImmutableMap.of());
    }

    /**
     * Turns, which the model's chat template writes.
     *
     * @param messages the turns, oldest first
     * @param prompt turns at the beginning that are the prompt: none of their tokens count unless
     *     all do; 0 where assistant turns count wherever they are
     * @param tools functions that the assistant may call, as JSON schemas; null for none
     * @param variables what else the template reads, e.g. {@code enable_thinking}
     */
    record Turns(
            List<ChatMessage> messages,
            int prompt,
            @Nullable List<Object> tools,
            Map<String, Object> variables)
            implements ChatRow {

        /** Refuses a conversation without a turn, and a prompt of all its turns. */
        public Turns {
            messages = ImmutableList.copyOf(messages);
            tools = tools == null ? null : ImmutableList.copyOf(tools);
            variables = ImmutableMap.copyOf(variables);
            if (messages.isEmpty()) {
                throw new IllegalArgumentException(
                        "0 messages make no conversation. Fill them in or delete the row.");
            }
            if (prompt < 0 || prompt >= messages.size()) {
                throw new IllegalArgumentException(
                        "a prompt of %d of %d messages leaves none to learn. Add a completion."
                                .formatted(prompt, messages.size()));
            }
        }

        @Override
        public String beginning() {
            return messages.get(0).content();
        }
    }

    /**
     * A text and how it goes on, joined without anything between them. No chat template is used.
     */
    record Texts(String prompt, String completion) implements ChatRow {

        @Override
        public String beginning() {
            return prompt.isEmpty() ? completion : prompt;
        }
    }

    /**
     * An instruction and what is to come out: a user's and an assistant's turn where the model has
     * a chat template, else the texts of {@link #texts}.
     *
     * @param system what the model is told before it; empty for nothing
     * @param instruction what is to be done
     * @param input what it is to be done with; empty for nothing
     * @param output the answer
     */
    record Instruction(String system, String instruction, String input, String output)
            implements ChatRow {

        private static final String WITH_INPUT =
                "Below is an instruction that describes a task, paired with an input that provides"
                        + " further context. Write a response that appropriately completes the"
                        + " request.\n\n### Instruction:\n%s\n\n### Input:\n%s\n\n### Response:";

        private static final String WITHOUT_INPUT =
                "Below is an instruction that describes a task. Write a response that appropriately"
                        + " completes the request.\n\n### Instruction:\n%s\n\n### Response:";

        @Override
        public String beginning() {
            return instruction;
        }

        /**
         * The instruction, with the input on a line below it, as a user's turn, then the output.
         */
        public Turns turns() {
            ImmutableList.Builder<ChatMessage> messages = ImmutableList.builder();
            if (!system.isEmpty()) {
                messages.add(ChatMessage.system(system));
            }
            messages.add(
                    ChatMessage.user(input.isEmpty() ? instruction : instruction + "\n" + input));
            messages.add(ChatMessage.assistant(output));
            return new Turns(messages.build(), 0, null, ImmutableMap.of());
        }

        /**
         * The prompt that Stanford's Alpaca was trained on, which ends in {@code ### Response:},
         * and the output. A system text is put before it, with an empty line between.
         */
        public Texts texts() {
            String prompt =
                    input.isEmpty()
                            ? WITHOUT_INPUT.formatted(instruction)
                            : WITH_INPUT.formatted(instruction, input);
            return new Texts(system.isEmpty() ? prompt : system + "\n\n" + prompt, output);
        }
    }
}
