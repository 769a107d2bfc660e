package io.github.peft4j.task.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.task.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What transformers made of some texts, by tokenizers of many settings; a case is a line. */
final class TransformersCases {

    private TransformersCases() {}

    static Stream<JsonObject> read(String resource) throws IOException {
        return Files.readAllLines(Folders.resource(resource)).stream()
                .map(line -> JsonParser.parseString(line).getAsJsonObject());
    }

    /** Writes the files that a case brings. */
    static void layFiles(JsonObject given, Path folder) throws IOException {
        for (Map.Entry<String, JsonElement> file : given.getAsJsonObject("files").entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue().toString());
        }
    }

    /** Compares texts, their pair, what is decoded of them, and the size of the vocabulary. */
    static void check(Tokenizer tokenizer, JsonObject given) {
        List<JsonElement> ids = given.getAsJsonArray("ids").asList();
        for (int i = 0; i < ids.size(); i++) {
            String text = given.getAsJsonArray("texts").get(i).getAsString();
            long[] row = longs(ids.get(i));
            assertThat(tokenizer.encode(text).ids()).as(text).containsExactly(row);
            if (!given.getAsJsonArray("decoded").isEmpty()) {
                assertThat(tokenizer.decode(row, true))
                        .isEqualTo(given.getAsJsonArray("decoded").get(i).getAsString());
            }
        }
        assertThat(tokenizer.encode("the fox", "a b", EncodeOptions.DEFAULT).ids())
                .containsExactly(longs(given.get("pair")));
        assertThat(tokenizer.vocabSize()).isEqualTo(given.get("size").getAsInt());
    }

    private static long[] longs(JsonElement numbers) {
        return numbers.getAsJsonArray().asList().stream()
                .mapToLong(JsonElement::getAsLong)
                .toArray();
    }
}
