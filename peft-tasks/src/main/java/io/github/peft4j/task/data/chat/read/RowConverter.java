package io.github.peft4j.task.data.chat.read;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.data.read.Row;
import io.github.peft4j.task.data.read.RowMapper;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes conversations of a file's rows, all of one format. */
final class RowConverter implements RowMapper<ChatRow> {

    private static final Gson GSON =
            new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

    private final MessageParser messages;
    private @Nullable ChatFormat format;

    RowConverter(MessageParser messages) {
        this.messages = messages;
    }

    /** The format of the rows so far; null before the first. */
    @Nullable ChatFormat format() {
        return format;
    }

    @Override
    public Set<String> columns() {
        return ImmutableSet.of();
    }

    @Override
    public ChatRow map(Row row) {
        ChatFormat found = ChatFormat.of(row);
        ChatRow made = made(found, row);
        if (format == null) {
            format = found;
        } else if (format != found) {
            throw new IllegalArgumentException(
                    "this row has %s, the rows before it %s. Keep one format a file."
                            .formatted(found.fields(), format.fields()));
        }
        return made;
    }

    private ChatRow made(ChatFormat found, Row row) {
        return switch (found) {
            case MESSAGES ->
                    turns(row, messages.messages("messages", row.value("messages")), false);
            case CONVERSATIONS ->
                    turns(
                            row,
                            messages.messages("conversations", row.value("conversations")),
                            false);
            case PROMPT_COMPLETION_MESSAGES ->
                    turns(row, messages.messages("prompt", row.value("prompt")), true);
            case PROMPT_COMPLETION -> new ChatRow.Texts(text(row, "prompt"), completion(row));
            case ALPACA -> instruction(row);
        };
    }

    private ChatRow turns(Row row, List<ChatMessage> first, boolean isPrompt) {
        ImmutableList.Builder<ChatMessage> all = ImmutableList.builder();
        String system = text(row, "system");
        if (!system.isEmpty()) {
            if (first.get(0).role().equals("system")) {
                throw new IllegalArgumentException(
                        "there is a field system and a message of that role. Keep one of them.");
            }
            all.add(ChatMessage.system(system));
        }
        all.addAll(first);
        int prompt = isPrompt ? all.build().size() : 0;
        if (isPrompt) {
            all.addAll(messages.messages("completion", row.value("completion")));
        }
        return new ChatRow.Turns(all.build(), prompt, tools(row.value("tools")), variables(row));
    }

    private ChatRow instruction(Row row) {
        if (row.value("history") instanceof List<?> history && !history.isEmpty()) {
            throw new IllegalArgumentException(
                    "an instruction with a history is not known here. Write the turns as"
                            + " messages.");
        }
        String instruction = text(row, "instruction");
        if (instruction.isBlank()) {
            throw new IllegalArgumentException(
                    "the instruction is empty. Fill it in or delete the row.");
        }
        return new ChatRow.Instruction(
                text(row, "system"), instruction, text(row, "input"), text(row, "output"));
    }

    private static String completion(Row row) {
        String completion = text(row, "completion");
        if (completion.isEmpty() && text(row, "prompt").isEmpty()) {
            throw new IllegalArgumentException(
                    "prompt and completion are empty. Fill them in or delete the row.");
        }
        return completion;
    }

    /** The text of a field; empty if it is missing. */
    private static String text(Row row, String field) {
        Object value = row.value(field);
        if (value != null && !(value instanceof String)) {
            throw new IllegalArgumentException(
                    "%s is %s and no text. Put it in quotes.".formatted(field, value));
        }
        return value == null ? "" : (String) value;
    }

    /** A list, or its JSON as a text, as tables have it. */
    private static @Nullable List<Object> tools(@Nullable Object value) {
        Object tools = value;
        if (value instanceof String json) {
            try {
                tools =
                        json.isBlank()
                                ? null
                                : GSON.fromJson(json, new TypeToken<List<Object>>() {}.getType());
            } catch (JsonParseException bad) {
                throw new IllegalArgumentException(
                        "tools is a text that is no JSON list. Write a list of JSON schemas.", bad);
            }
        }
        if (tools == null) {
            return null;
        }
        if (!(tools instanceof List<?> list)) {
            throw new IllegalArgumentException("tools is no list. Write a list of JSON schemas.");
        }
        ImmutableList.Builder<Object> copy = ImmutableList.builder();
        for (Object tool : list) {
            if (!(tool instanceof Map)) {
                throw new IllegalArgumentException("a tool is no object. Write its JSON schema.");
            }
            copy.add(tool);
        }
        return list.isEmpty()
                ? null
                : copy.build(); // Llama's template takes an empty list for some
    }

    private static ImmutableMap<String, Object> variables(Row row) {
        Object value = row.value("chat_template_kwargs");
        if (value == null) {
            return ImmutableMap.of();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException(
                    "chat_template_kwargs is no object. Write {\"name\": value}.");
        }
        ImmutableMap.Builder<String, Object> variables = ImmutableMap.builder();
        map.forEach(
                (name, variable) -> {
                    if (variable != null) {
                        variables.put(String.valueOf(name), variable);
                    }
                });
        return variables.buildKeepingLast();
    }
}
