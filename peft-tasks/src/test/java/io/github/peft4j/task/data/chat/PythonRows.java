package io.github.peft4j.task.data.chat;

import com.google.common.primitives.Ints;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.chat.PythonRenderings;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.chat.read.ChatRow;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What Python makes of conversations: docs/contributing/chat_rows.py. */
final class PythonRows {

    private static final Gson GSON =
            new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

    private static final JsonObject ALL =
            JsonParser.parseString(PythonRenderings.read("rows/rows.json")).getAsJsonObject();

    private static final Map<String, Tokenizer> TOKENIZERS = new ConcurrentHashMap<>();

    private PythonRows() {}

    static Path folder(String name) {
        URL url = PythonRows.class.getResource(name);
        if (url == null) {
            throw new AssertionError(name + " is not on the class path.");
        }
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** A tokenizer with a chat template of the test resources. */
    static Tokenizer tokenizer(String name, String template) {
        return plain(name).withChatTemplates(Map.of("default", source(template)));
    }

    /** A chat template of the test resources. */
    static String source(String template) {
        try {
            return template.equals("qwen2")
                    ? Files.readString(folder("/golden/tokenizers/qwen2/chat_template.jinja"))
                    : PythonRenderings.read(template + ".jinja");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** A tokenizer without a chat template. It stays open for the other tests. */
    static Tokenizer plain(String name) {
        return TOKENIZERS.computeIfAbsent(name, PythonRows::load);
    }

    private static Tokenizer load(String name) {
        Path folder =
                folder(name.equals("smollm2") ? "/chat/smollm2" : "/golden/tokenizers/" + name);
        try {
            return Tokenizer.fromPretrained(folder).withChatTemplates(Map.of());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The objects of a list of the file. */
    static List<JsonObject> list(String name) {
        return ALL.getAsJsonArray(name).asList().stream()
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    /** The losses. */
    static JsonObject loss() {
        return ALL.getAsJsonObject("loss");
    }

    static List<ChatMessage> messages(int conversation) {
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonElement message :
                ALL.getAsJsonArray("conversations").get(conversation).getAsJsonArray()) {
            Map<String, Object> fields =
                    new HashMap<>(
                            GSON.<Map<String, Object>>fromJson(
                                    message, new TypeToken<Map<String, Object>>() {}.getType()));
            String role = String.valueOf(fields.remove("role"));
            String content = String.valueOf(fields.remove("content"));
            messages.add(new ChatMessage(role, content, fields));
        }
        return messages;
    }

    static ChatRow.Turns row(int conversation) {
        return new ChatRow.Turns(messages(conversation), 0, null, Map.of());
    }

    static List<Integer> ids(JsonObject row) {
        return row.getAsJsonArray("ids").asList().stream().map(JsonElement::getAsInt).toList();
    }

    /** Places of the tokens in runs of the file. */
    static List<Integer> places(JsonArray runs) {
        List<Integer> places = new ArrayList<>();
        for (JsonElement run : runs) {
            JsonArray ends = run.getAsJsonArray();
            for (int i = ends.get(0).getAsInt(); i < ends.get(1).getAsInt(); i++) {
                places.add(i);
            }
        }
        return places;
    }

    /** Ids of a dataset's row. */
    static List<Integer> ids(ChatDataset dataset, int row) {
        return ints(dataset, row, ModelInput.INPUT_IDS);
    }

    /** Places of a dataset's row whose label is their token; any other must be ignored. */
    static List<Integer> counted(ChatDataset dataset, int row) {
        List<Integer> ids = ids(dataset, row);
        List<Integer> labels = ints(dataset, row, ModelInput.LABELS);
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            if (labels.get(i).equals(ids.get(i))) {
                places.add(i);
            } else if (labels.get(i) != -100) {
                throw new AssertionError("Label " + labels.get(i) + " of token " + ids.get(i));
            }
        }
        return places;
    }

    private static List<Integer> ints(ChatDataset dataset, int row, String column) {
        if (dataset.batch(row).columns().get(column) instanceof HostArray.Int64 numbers) {
            int[] values = new int[numbers.values().length];
            for (int i = 0; i < values.length; i++) {
                values[i] = Ints.checkedCast(numbers.values()[i]);
            }
            return Ints.asList(values);
        }
        throw new AssertionError(column);
    }
}
