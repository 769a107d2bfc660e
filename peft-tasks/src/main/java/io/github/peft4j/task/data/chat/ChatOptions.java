package io.github.peft4j.task.data.chat;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.task.chat.ChatTemplateFiles;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a {@link ChatDataset} is made.
 *
 * @param loss which tokens count; default {@link ChatLoss#ASSISTANT}
 * @param maxLength tokens that a row may have, as TRL's {@code max_length}; default 1024, 0 for any
 *     number
 * @param overlong what becomes of longer rows; default {@link Overlong#CUT}
 * @param template name of the tokenizer's chat template; default {@code default}
 * @param variables what else the template reads, such as {@code enable_thinking}; those of a row
 *     come before them
 * @param requireTurnEnd whether a template is refused whose turns of the assistant do not end with
 *     a special token that counts, since the model would not learn to stop; default true
 */
public record ChatOptions(
        ChatLoss loss,
        int maxLength,
        Overlong overlong,
        String template,
        Map<String, Object> variables,
        boolean requireTurnEnd) {

    /** The options that hold where none are given. */
    public static final ChatOptions DEFAULT = builder().build();

    /** Copies the collections, and refuses a length at which no token is predicted. */
    public ChatOptions {
        variables = ImmutableMap.copyOf(variables);
        if (maxLength < 0 || maxLength == 1) {
            throw new IllegalArgumentException(
                    "maxLength %d leaves nothing to predict. Give at least 2, or 0 for any length."
                            .formatted(maxLength));
        }
    }

    /** Starts from: the assistant's turns, at most 1024 tokens, longer rows cut. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; {@link #build} checks them. */
    public static final class Builder {

        private final Map<String, Object> variables = new LinkedHashMap<>();
        private ChatLoss loss = ChatLoss.ASSISTANT;
        private int maxLength = 1024;
        private Overlong overlong = Overlong.CUT;
        private String template = ChatTemplateFiles.DEFAULT;
        private boolean requireTurnEnd = true;

        private Builder() {}

        /** Which tokens count; default {@link ChatLoss#ASSISTANT}. */
        public Builder optLoss(ChatLoss tokens) {
            loss = tokens;
            return this;
        }

        /** Tokens that a row may have; default 1024, 0 for any number. */
        public Builder optMaxLength(int tokens) {
            maxLength = tokens;
            return this;
        }

        /** What becomes of longer rows; default {@link Overlong#CUT}. */
        public Builder optOverlong(Overlong fate) {
            overlong = fate;
            return this;
        }

        /** Name of the tokenizer's chat template; default {@code default}. */
        public Builder optTemplate(String name) {
            template = name;
            return this;
        }

        /** A variable that the template reads, such as {@code enable_thinking}. */
        public Builder optVariable(String name, Object value) {
            variables.put(name, value);
            return this;
        }

        /** Whether turns must end with a special token that counts; default true. */
        public Builder optRequireTurnEnd(boolean require) {
            requireTurnEnd = require;
            return this;
        }

        /** The options. */
        public ChatOptions build() {
            return new ChatOptions(loss, maxLength, overlong, template, variables, requireTurnEnd);
        }
    }
}
