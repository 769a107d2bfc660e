package io.github.peft4j.io;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** UTF-8 that refuses what it cannot express, where {@code String} would write a question mark. */
final class Utf8 {

    private Utf8() {}

    /** Decodes all of {@code bytes}. */
    static String decode(ByteBuffer bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(bytes)
                .toString();
    }

    /**
     * Encodes {@code text}.
     *
     * @throws IllegalArgumentException if it holds half a surrogate pair
     */
    static byte[] encode(String text) {
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
            throw new IllegalArgumentException(
                    "The text "
                            + MalformedTensorFileException.quote(text)
                            + " holds half a surrogate pair, which UTF-8 cannot express. Rename it.",
                    e);
        }
    }
}
