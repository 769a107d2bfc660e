package io.github.peft4j.task.tokenize.check;

import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** A tokenizer.json that the native library may read, and what it may be used for then. */
public final class TrustedTokenizer {

    private final byte[] json;
    private final Uses uses;

    TrustedTokenizer(byte[] json, Uses uses) {
        this.json = json;
        this.uses = uses;
    }

    /** The file's text. */
    public InputStream open() {
        return new ByteArrayInputStream(json);
    }

    /** What it may be used for. */
    public Uses uses() {
        return uses;
    }
}
