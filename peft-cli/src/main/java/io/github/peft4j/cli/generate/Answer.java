package io.github.peft4j.cli.generate;

import com.google.common.primitives.ImmutableLongArray;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.io.file.FileContent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a model answered.
 *
 * @param prompt as the model read it: behind its chat template, if it has one
 * @param ids the new tokens alone
 * @param text theirs, without special tokens
 */
public record Answer(String prompt, ImmutableLongArray ids, String text) {

    /** Writes answers as a JSON list, in one step. */
    public static void write(List<Answer> answers, Path file) throws IOException {
        JsonArray list = new JsonArray();
        for (Answer answer : answers) {
            JsonArray tokens = new JsonArray();
            answer.ids().forEach(tokens::add);
            JsonObject json = new JsonObject();
            json.addProperty("prompt", answer.prompt());
            json.add("ids", tokens);
            json.addProperty("text", answer.text());
            list.add(json);
        }
        String json =
                new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(list);
        AtomicFiles.write(file, FileContent.utf8(json + System.lineSeparator()));
    }
}
