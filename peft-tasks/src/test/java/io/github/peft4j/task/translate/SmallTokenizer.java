package io.github.peft4j.task.translate;

import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;

/** The small BERT tokenizer of {@code golden/tokenizers}. */
final class SmallTokenizer {

    private SmallTokenizer() {}

    static Tokenizer load() throws IOException {
        URL file = SmallTokenizer.class.getResource("/golden/tokenizers/bert/tokenizer.json");
        if (file == null) {
            throw new AssertionError("golden/tokenizers/bert is not on the class path.");
        }
        try {
            return Tokenizer.fromPretrained(Path.of(file.toURI()).getParent());
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
