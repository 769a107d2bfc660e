package io.github.peft4j.task.data.chat;

import com.google.common.collect.ContiguousSet;
import com.google.common.collect.Iterables;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.data.chat.read.ChatRow;
import io.github.peft4j.task.data.chat.read.Conversations;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** Writes conversations with a chat template or as texts, whichever they are, and encodes them. */
final class ConversationWriter {

    private static final int SHOWN = 40;

    private static final ChatRow.Turns PROBE =
            new ChatRow.Turns(
                    List.of(
                            ChatMessage.user("Question"),
                            ChatMessage.assistant("Answer"),
                            ChatMessage.user("Question")),
                    0,
                    null,
                    Map.of());

    private final Tokenizer tokenizer;
    private final Conversations conversations;
    private final boolean template;
    private final boolean turns;
    private final Function<ChatRow, Writing> writer;
    private final String way;

    /** Refuses what {@link ChatDataset#of} says. */
    ConversationWriter(Tokenizer tokenizer, Conversations conversations, ChatOptions options) {
        this.tokenizer = tokenizer;
        this.conversations = conversations;
        template = tokenizer.chatTemplates().contains(options.template());
        turns = areTurns(conversations.rows().get(0));
        if (turns) {
            requireTemplate(options);
            TurnWriter byTemplate =
                    new TurnWriter(tokenizer.chatTemplate(options.template()), options);
            requireTurnEnd(byTemplate, options);
            writer = row -> byTemplate.write(turns(row));
            way = options.loss() == ChatLoss.ALL ? "" : ", found by " + byTemplate.way();
        } else {
            TextWriter joined = new TextWriter(tokenizer, options.loss());
            writer = row -> joined.write(texts(row));
            way = ", as texts without a chat template";
        }
    }

    /** How the tokens that count are found, to be put behind their number. */
    String way() {
        return way;
    }

    /** Hands over the row of each conversation, in order. */
    void write(Consumer<LabelledRow> rows) {
        Deque<Writing> pending = new ArrayDeque<>();
        List<Encoding> encodings = new ArrayList<>();
        Iterable<Writing> writings = Iterables.transform(numbers(), this::writing);
        Iterable<String> texts =
                Iterables.concat(
                        Iterables.transform(
                                writings,
                                writing -> {
                                    pending.add(writing);
                                    return writing.texts();
                                }));
        tokenizer.encodeEach(
                Iterables.transform(texts, TextInput::of),
                EncodeOptions.builder().optAddSpecialTokens(!turns).build(),
                encoding -> {
                    encodings.add(encoding);
                    if (encodings.size() == pending.element().texts().size()) {
                        rows.accept(pending.remove().row().apply(encodings));
                        encodings.clear();
                    }
                });
    }

    private Iterable<Integer> numbers() {
        return ContiguousSet.closedOpen(0, conversations.size());
    }

    private Writing writing(int index) {
        ChatRow row = conversations.rows().get(index);
        if (areTurns(row) != turns) {
            throw new IllegalArgumentException(
                    "%s has %s, those before it %s. Make a dataset of each."
                            .formatted(
                                    shown(index),
                                    turns ? "texts" : "turns",
                                    turns ? "turns" : "texts"));
        }
        try {
            return writer.apply(row);
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException(
                    "%s: %s".formatted(shown(index), refused.getMessage()), refused);
        }
    }

    private boolean areTurns(ChatRow row) {
        return row instanceof ChatRow.Turns || (row instanceof ChatRow.Instruction && template);
    }

    private static ChatRow.Turns turns(ChatRow row) {
        return row instanceof ChatRow.Instruction one ? one.turns() : (ChatRow.Turns) row;
    }

    private static ChatRow.Texts texts(ChatRow row) {
        return row instanceof ChatRow.Instruction one ? one.texts() : (ChatRow.Texts) row;
    }

    private void requireTemplate(ChatOptions options) {
        if (!template) {
            throw new IllegalStateException(
                    ("%s has turns, and the tokenizer has no chat template '%s' to write them."
                                    + " Load an instruction-tuned checkpoint with its"
                                    + " chat_template.jinja, give one with"
                                    + " tokenizer.withChatTemplates(Map.of(\"%s\", source)), or"
                                    + " write the rows as prompt and completion.")
                            .formatted(shown(0), options.template(), options.template()));
        }
    }

    /** Asks as TRL's is_chat_template_stop_token_trained does. */
    private void requireTurnEnd(TurnWriter writer, ChatOptions options) {
        if (!options.requireTurnEnd() || options.loss() == ChatLoss.ALL) {
            return;
        }
        Writing writing;
        try {
            writing = writer.write(PROBE);
        } catch (IllegalArgumentException refused) {
            return; // the rows will tell
        }
        LabelledRow row =
                writing.row()
                        .apply(
                                tokenizer.encodeAll(
                                        writing.texts().stream().map(TextInput::of).toList(),
                                        EncodeOptions.builder()
                                                .optAddSpecialTokens(false)
                                                .build()));
        for (int i = row.ids().length - 1; i >= 0; i--) {
            long[] one = {row.ids()[i]};
            if (row.counts(i) && !tokenizer.decode(one, false, false).isBlank()) {
                if (tokenizer.decode(one, true, false).isBlank()) {
                    return;
                }
                break;
            }
        }
        throw new IllegalArgumentException(
                ("In chat template '%s' no special token that counts ends a turn of the assistant,"
                                + " so the model would not learn to stop. Write the tokenizer's"
                                + " end-of-turn token before {%% endgeneration %%}, or, if turns are to"
                                + " end without one, set optRequireTurnEnd(false).")
                        .formatted(options.template()));
    }

    /** A conversation for messages: its file, its number from 1 on, and how it begins. */
    private String shown(int index) {
        String name = conversations.name();
        String first = conversations.rows().get(index).beginning();
        String start =
                first.substring(
                        0,
                        first.offsetByCodePoints(
                                0, Math.min(SHOWN, first.codePointCount(0, first.length()))));
        return "%sconversation %d ('%s%s')"
                .formatted(
                        name.isEmpty() ? "" : name + ", ",
                        index + 1,
                        start.replace("\n", "\\n").replace("\r", "\\r"),
                        start.length() < first.length() ? "..." : "");
    }
}
