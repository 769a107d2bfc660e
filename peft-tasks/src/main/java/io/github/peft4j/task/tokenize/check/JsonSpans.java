package io.github.peft4j.task.tokenize.check;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the members of an object in a JSON text without reading them: a vocabulary of many
 * megabytes is passed over byte by byte.
 */
final class JsonSpans {

    /** Deeper than any tokenizer; the library's own reader gives up at 128. */
    private static final int MOST_LEVELS = 127;

    private final byte[] text;
    private final String inner;
    private int at;
    private int longestText;

    /**
     * Where a value stands.
     *
     * @param from first byte
     * @param to first byte behind it
     * @param longestText bytes of the longest string in it, those of an object with members not
     *     counted
     * @param members what it holds, if it is the one object that is looked into
     */
    record Span(int from, int to, int longestText, Map<String, Span> members) {

        /** The value's text. */
        String in(byte[] json) {
            return new String(json, from, to - from, StandardCharsets.UTF_8);
        }
    }

    private JsonSpans(byte[] text, String inner) {
        this.text = text;
        this.inner = inner;
    }

    /**
     * The members of the object that is the whole text; the last of one name counts.
     *
     * @param inner the member that is looked into, too
     */
    static Map<String, Span> members(byte[] text, String inner) {
        JsonSpans json = new JsonSpans(text, inner);
        json.skipSpace();
        Map<String, Span> members = json.object("the file", true);
        json.skipSpace();
        if (json.at != text.length) {
            throw Refusal.of("the file", "has more behind its end (byte %d)".formatted(json.at));
        }
        return members;
    }

    /**
     * The last member of the object that is the whole text, null if there is none of that name; the
     * text is known to be such an object, so the member is not walked through.
     */
    static @Nullable Span last(byte[] text, String name) {
        JsonSpans json = new JsonSpans(text, name);
        json.skipSpace();
        json.expect('{', "the file");
        do {
            json.skipSpace();
            boolean found = json.name("the file").equals(name);
            json.skipSpace();
            if (found) {
                int end = text.length - 1;
                while (end > json.at && text[end] != '}') {
                    end--;
                }
                return new Span(json.at, end, 0, Map.of());
            }
            json.skipValue("the file");
            json.skipSpace();
        } while (json.next("the file"));
        return null;
    }

    /** The name of a member, with the colon behind it. */
    private String name(String path) {
        int name = at + 1;
        expect('"', path);
        at = endOfText(at, path);
        String key = new String(text, name, at - name - 1, StandardCharsets.UTF_8);
        skipSpace();
        expect(':', path);
        return key;
    }

    private Map<String, Span> object(String path, boolean outer) {
        Map<String, Span> members = new LinkedHashMap<>();
        expect('{', path);
        skipSpace();
        if (peek() == '}') {
            at++;
            return members;
        }
        do {
            skipSpace();
            String key = name(path);
            skipSpace();
            longestText = 0;
            int value = at;
            Map<String, Span> own = Map.of();
            if (outer && key.equals(inner) && peek() == '{') {
                own = object(key, false);
            } else {
                skipValue(outer ? key : path);
            }
            members.put(key, new Span(value, at, longestText, own));
            skipSpace();
        } while (next(path));
        return members;
    }

    private boolean next(String path) {
        int c = peek();
        if (c != ',' && c != '}') {
            throw broken(path, at);
        }
        at++;
        return c == ',';
    }

    private void skipValue(String path) {
        byte[] bytes = text;
        int i = at;
        int level = 0;
        do {
            if (i >= bytes.length) {
                throw broken(path, i);
            }
            byte c = bytes[i++];
            if (c == '"') {
                int from = i;
                i = endOfText(i, path);
                longestText = Math.max(longestText, i - 1 - from);
            } else if (c == '{' || c == '[') {
                if (++level > MOST_LEVELS) {
                    throw Refusal.of(
                            path, "is nested more than %d levels deep".formatted(MOST_LEVELS));
                }
            } else if (c == '}' || c == ']') {
                level--;
            }
        } while (level > 0 || (level == 0 && !ends(i)));
        if (level < 0) {
            throw broken(path, i);
        }
        at = i;
    }

    /** Whether a value that is in no other ends before a place. */
    private boolean ends(int i) {
        return i >= text.length
                || text[i] == ','
                || text[i] == '}'
                || text[i] == ']'
                || isSpace(text[i]);
    }

    /** The place behind the quote that ends the text which begins at a place. */
    private int endOfText(int from, String path) {
        byte[] bytes = text;
        for (int i = from; i < bytes.length; i++) {
            byte c = bytes[i];
            if (c == '"') {
                return i + 1;
            }
            if (c == '\\') {
                i++;
            }
        }
        throw broken(path, bytes.length);
    }

    private void skipSpace() {
        while (at < text.length && isSpace(text[at])) {
            at++;
        }
    }

    private static boolean isSpace(byte c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    private int peek() {
        return at < text.length ? text[at] & 0xff : -1;
    }

    private void expect(char c, String path) {
        if (peek() != c) {
            throw broken(path, at);
        }
        at++;
    }

    private static Refusal broken(String path, int at) {
        return Refusal.of(path, "is no JSON at byte %d".formatted(at));
    }
}
