package io.github.peft4j.task.data.qa;

import com.google.common.collect.AbstractIterator;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import io.github.peft4j.json.JsonReasons;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The questions of a file, read one by one; only the paragraph at hand is in memory.
 *
 * <p>What is wrong with the file comes as an {@link UncheckedIOException} that names the file and
 * the question. Close it to close the file.
 */
public final class SquadStream extends AbstractIterator<Question> implements AutoCloseable {

    /** How deep the reader stands in the file. */
    private enum Place {
        START,
        FILE,
        ARTICLES,
        ARTICLE,
        PARAGRAPHS,
        END
    }

    private final JsonReader json;
    private final String file;
    private final boolean skipBadQuestions;
    private final Deque<Question> waiting = new ArrayDeque<>();
    private Place place = Place.START;
    private boolean hasData;
    private boolean hasQuestions;
    private int badQuestions;

    SquadStream(Reader text, String file, boolean skipBadQuestions) {
        this.json = new JsonReader(text);
        json.setStrictness(Strictness.STRICT);
        this.file = file;
        this.skipBadQuestions = skipBadQuestions;
    }

    /** Questions passed over so far because something was wrong with them. */
    public int badQuestions() {
        return badQuestions;
    }

    @Override
    protected @Nullable Question computeNext() {
        try {
            while (waiting.isEmpty() && place != Place.END) {
                step();
            }
            if (!hasData) {
                throw refused(
                        "%s lacks the list 'data'. Give a file in the form of SQuAD."
                                .formatted(file),
                        null);
            }
            if (waiting.isEmpty() && !hasQuestions) {
                throw refused("%s gives 0 questions. Check the file.".formatted(file), null);
            }
            hasQuestions = true;
            return waiting.isEmpty() ? endOfData() : waiting.remove();
        } catch (IllegalStateException | JsonParseException | IOException bad) {
            throw refused(
                    "%s is not in the form of SQuAD at %s: %s. Correct it."
                            .formatted(file, json.getPath(), JsonReasons.of(bad)),
                    bad);
        }
    }

    private static UncheckedIOException refused(String problem, @Nullable Exception cause) {
        return new UncheckedIOException(new IOException(problem, cause));
    }

    /** Goes one step into the file, over it, or out of it. */
    private void step() throws IOException {
        switch (place) {
            case START -> {
                json.beginObject();
                place = Place.FILE;
            }
            case FILE -> enter("data", Place.ARTICLES, Place.END);
            case ARTICLES -> {
                hasData = true;
                if (json.hasNext()) {
                    json.beginObject();
                    place = Place.ARTICLE;
                } else {
                    json.endArray();
                    place = Place.FILE;
                }
            }
            case ARTICLE -> enter("paragraphs", Place.PARAGRAPHS, Place.ARTICLES);
            default -> {
                if (json.hasNext()) {
                    readParagraph(object(JsonParser.parseReader(json), "the paragraph"));
                } else {
                    json.endArray();
                    place = Place.ARTICLE;
                }
            }
        }
    }

    /** Enters the list of this name, passes over another field, or leaves the object. */
    private void enter(String list, Place inside, Place outside) throws IOException {
        if (!json.hasNext()) {
            json.endObject();
            place = outside;
        } else if (json.nextName().equals(list)) {
            json.beginArray();
            place = inside;
        } else {
            json.skipValue();
        }
    }

    private void readParagraph(JsonObject paragraph) {
        String context = text(paragraph, "context");
        for (JsonElement element : list(paragraph, "qas")) {
            JsonObject question = object(element, "the question");
            String id = text(question, "id");
            try {
                waiting.add(SquadQuestion.read(question, id, context));
            } catch (IllegalArgumentException bad) {
                badQuestions++;
                if (!skipBadQuestions) {
                    throw refused(
                            "%s, question %s: %s".formatted(file, id, JsonReasons.message(bad)),
                            bad);
                }
            }
        }
    }

    static JsonObject object(JsonElement element, String what) {
        if (!element.isJsonObject()) {
            throw new JsonParseException(what + " is no object");
        }
        return element.getAsJsonObject();
    }

    static JsonArray list(JsonObject object, String name) {
        JsonElement value = object.get(name);
        if (value == null || !value.isJsonArray()) {
            throw new JsonParseException("the list '%s' is missing".formatted(name));
        }
        return value.getAsJsonArray();
    }

    static String text(JsonObject object, String name) {
        JsonElement value = object.get(name);
        if (value == null || !value.isJsonPrimitive()) {
            throw new JsonParseException("the text '%s' is missing".formatted(name));
        }
        return value.getAsString();
    }

    @Override
    public void close() throws IOException {
        json.close();
    }
}
