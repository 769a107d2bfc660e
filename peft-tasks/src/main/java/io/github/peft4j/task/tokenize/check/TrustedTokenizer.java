package io.github.peft4j.task.tokenize.check;

import io.github.peft4j.task.tokenize.check.JsonSpans.Span;
import io.github.peft4j.task.tokenize.use.Uses;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;

/** A tokenizer.json that the native library may read, and what it may be used for then. */
public final class TrustedTokenizer {

    private final String blocks;
    private final byte[] json;
    private final Span model;
    private final Uses uses;

    /**
     * Between other blocks.
     *
     * @param blocks an object that has members
     * @param json a text with the model, which is not copied
     */
    TrustedTokenizer(String blocks, byte[] json, Span model, Uses uses) {
        this.blocks = blocks;
        this.json = json;
        this.model = model;
        this.uses = uses;
    }

    /** The file's text, the model last: no other block is read behind a mistake in it. */
    public InputStream open() {
        InputStream first = bytes(blocks.substring(0, blocks.length() - 1) + ",\"model\":");
        InputStream second =
                new ByteArrayInputStream(json, model.from(), model.to() - model.from());
        return new SequenceInputStream(first, new SequenceInputStream(second, bytes("}")));
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What it may be used for. */
    public Uses uses() {
        return uses;
    }
}
