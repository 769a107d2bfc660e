package io.github.peft4j.io.file;

import io.github.peft4j.exception.MalformedTensorFileException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** UTF-8 that refuses what it cannot express, where {@code String} would write a question mark. */
public final class Utf8 {

    private Utf8() {}

    /** Decodes all of {@code bytes}. */
    public static String decode(ByteBuffer bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(bytes)
                .toString();
    }

    /**
     * Checks that {@code text} can be encoded.
     *
     * @throws IllegalArgumentException if it holds half a surrogate pair
     */
    public static void requireEncodable(String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw unencodable(text);
        }
    }

    /**
     * Encodes {@code text}.
     *
     * @throws IllegalArgumentException if it holds half a surrogate pair
     */
    public static byte[] encode(String text) {
        try {
            ByteBuffer encoded =
                    StandardCharsets.UTF_8
                            .newEncoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw (IllegalArgumentException) unencodable(text).initCause(e);
        }
    }

    private static IllegalArgumentException unencodable(String text) {
        return new IllegalArgumentException(
                "The text "
                        + MalformedTensorFileException.quote(text)
                        + " holds half a surrogate pair, which UTF-8 cannot express. Rename it.");
    }
}
