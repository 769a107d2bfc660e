package io.github.peft4j.task.tokenize.check;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds the members of an object in a JSON text without reading them: a vocabulary of many
 * megabytes is passed over byte by byte.
 */
final class JsonSpans {

    /** Far deeper than any tokenizer; the library's own reader gives up at 128. */
    private static final int MOST_LEVELS = 127;

    private final byte[] text;
    private int at;
    private int longestText;

    /**
     * Where a value stands.
     *
     * @param from first byte
     * @param to first byte behind it
     * @param longestText bytes of the longest string in it
     */
    record Span(int from, int to, int longestText) {

        /** The value's text. */
        String in(byte[] json) {
            return new String(json, from, to - from, StandardCharsets.UTF_8);
        }
    }

    private JsonSpans(byte[] text, int at) {
        this.text = text;
        this.at = at;
    }

    /** The members of the object that begins at a place; the last of one name counts. */
    static Map<String, Span> members(byte[] text, int from, int to, String path) {
        JsonSpans json = new JsonSpans(text, from);
        Map<String, Span> members = new LinkedHashMap<>();
        json.skipSpace();
        json.expect('{', path);
        json.skipSpace();
        if (json.peek() == '}') {
            json.at++;
        } else {
            do {
                json.skipSpace();
                int name = json.at;
                json.string(path);
                String key = new String(text, name + 1, json.at - name - 2, StandardCharsets.UTF_8);
                json.skipSpace();
                json.expect(':', path);
                json.skipSpace();
                json.longestText = 0;
                int value = json.at;
                json.value(path);
                members.put(key, new Span(value, json.at, json.longestText));
                json.skipSpace();
            } while (json.next(path, '}'));
        }
        while (json.at < to && isSpace(text[json.at])) {
            json.at++;
        }
        if (json.at != to) {
            throw Refusal.of(path, "goes on behind its end (byte %d)".formatted(json.at));
        }
        return members;
    }

    private boolean next(String path, char end) {
        int c = peek();
        if (c != ',' && c != end) {
            throw broken(path);
        }
        at++;
        return c == ',';
    }

    private void value(String path) {
        int level = 0;
        do {
            int c = peek();
            switch (c) {
                case '"' -> string(path);
                case '{', '[' -> {
                    at++;
                    if (++level > MOST_LEVELS) {
                        throw Refusal.of(
                                path, "is nested more than %d levels deep".formatted(MOST_LEVELS));
                    }
                }
                case '}', ']' -> {
                    at++;
                    level--;
                }
                case -1 -> throw broken(path);
                case ',', ':' -> {
                    if (level == 0) {
                        throw broken(path);
                    }
                    at++;
                }
                default -> at++;
            }
        } while (level > 0 || !ends());
        if (level < 0) {
            throw broken(path);
        }
    }

    /** Whether a value that is in no other ends here. */
    private boolean ends() {
        int c = peek();
        return c == ',' || c == '}' || c == ']' || c == -1 || isSpace(c);
    }

    private void string(String path) {
        expect('"', path);
        int from = at;
        while (true) {
            if (at >= text.length) {
                throw broken(path);
            }
            byte c = text[at++];
            if (c == '"') {
                longestText = Math.max(longestText, at - 1 - from);
                return;
            }
            if (c == '\\') {
                at++;
            }
        }
    }

    private void skipSpace() {
        while (at < text.length && isSpace(text[at])) {
            at++;
        }
    }

    private static boolean isSpace(int c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    private int peek() {
        return at < text.length ? text[at] & 0xff : -1;
    }

    private void expect(char c, String path) {
        if (peek() != c) {
            throw broken(path);
        }
        at++;
    }

    private Refusal broken(String path) {
        return Refusal.of(path, "is no JSON at byte %d".formatted(at));
    }
}
