package io.github.peft4j.json;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.github.peft4j.exception.MalformedTensorFileException;
import io.github.peft4j.internal.text.Text;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads JSON as RFC 8259 has it. Gson, even when told to be strict, lets duplicate keys, a byte
 * order mark, numbers in quotes, fractions like 1.0 for whole numbers and lone surrogates pass, and
 * leaves text after the end to its caller; here each of them is a {@link MalformedJsonException}.
 */
public final class StrictJson {

    /** As deep as the reference parser goes. */
    private static final int DEEPEST = 127;

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final JsonReader in;

    /** Starts at the beginning of {@code text}. */
    public StrictJson(String text) throws IOException {
        if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
            throw new MalformedJsonException("it starts with a byte order mark");
        }
        in = new JsonReader(new StringReader(text));
        in.setStrictness(Strictness.STRICT);
        in.setNestingLimit(DEEPEST);
    }

    /** Takes the value of one field; must read exactly one value. */
    public interface Field {
        void read(String name) throws IOException;
    }

    /** Takes one element of an array; must read exactly one value. */
    public interface Element {
        void read() throws IOException;
    }

    /** Reads an object, field by field. */
    public void object(Field field) throws IOException {
        expect(JsonToken.BEGIN_OBJECT, "an object");
        in.beginObject();
        Set<String> seen = new HashSet<>();
        while (in.hasNext()) {
            String name = checked(in.nextName());
            if (!seen.add(name)) {
                throw new MalformedJsonException(
                        "the key "
                                + MalformedTensorFileException.quote(name)
                                + " stands there twice");
            }
            field.read(name);
        }
        in.endObject();
    }

    /** Reads an array, element by element. */
    public void array(Element element) throws IOException {
        expect(JsonToken.BEGIN_ARRAY, "a list");
        in.beginArray();
        while (in.hasNext()) {
            element.read();
        }
        in.endArray();
    }

    /** Reads a string. */
    public String string() throws IOException {
        expect(JsonToken.STRING, "a string");
        return checked(in.nextString());
    }

    /** Reads a whole number from 0 to 2^63 - 1, written in digits alone. */
    public long unsigned() throws IOException {
        expect(JsonToken.NUMBER, "a whole number");
        String digits = in.nextString();
        if (!digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new MalformedJsonException(
                    "found " + Text.cut(digits) + " where a whole number >= 0 must be");
        }
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new MalformedJsonException(
                    "the number " + Text.cut(digits) + " is over 2^63 - 1", e);
        }
    }

    /** Whether a null comes next; reads it if so. */
    public boolean skipNull() throws IOException {
        if (in.peek() != JsonToken.NULL) {
            return false;
        }
        in.nextNull();
        return true;
    }

    /** Reads any value, checks its form and forgets it. */
    public void skip() throws IOException {
        switch (in.peek()) {
            case BEGIN_OBJECT -> {
                in.beginObject();
                while (in.hasNext()) {
                    checked(in.nextName());
                    skip();
                }
                in.endObject();
            }
            case BEGIN_ARRAY -> array(this::skip);
            case STRING -> string();
            case NUMBER -> {
                String number = in.nextString();
                if (Double.isInfinite(Double.parseDouble(number))) {
                    throw new MalformedJsonException(
                            "the number " + Text.cut(number) + " is out of range");
                }
            }
            default -> in.skipValue();
        }
    }

    /** Checks that nothing but white space is left. */
    public void end() throws IOException {
        if (in.peek() != JsonToken.END_DOCUMENT) {
            throw new MalformedJsonException("something follows after the end of the object");
        }
    }

    private void expect(JsonToken token, String what) throws IOException {
        JsonToken found = in.peek();
        if (found != token) {
            throw new MalformedJsonException(
                    "found "
                            + JsonReasons.name(found)
                            + " where "
                            + what
                            + " must be, at "
                            + in.getPath());
        }
    }

    /** A string without half a surrogate pair, which no UTF-8 text can hold. */
    private static String checked(String text) throws IOException {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new MalformedJsonException(
                        "the string "
                                + MalformedTensorFileException.quote(text)
                                + " holds half a surrogate pair");
            }
        }
        return text;
    }
}
