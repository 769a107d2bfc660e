package io.github.peft4j.task.translate;

import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.tokenize.TruncationStrategy;
import java.util.List;

/**
 * Texts to tokens, and the logits of a text to a result.
 *
 * @param <O> the result for one text
 */
abstract class SequenceTranslator<O> extends RowTranslator<String, O> {

    SequenceTranslator(Tokenizer tokenizer, EncodeOptions options) {
        super(tokenizer, options);
    }

    /** The result for the logits of one text. */
    abstract O result(float[] logits);

    /** Cuts texts to what the tokenizer says the model takes, if it says so. */
    static EncodeOptions cutToModel(Tokenizer tokenizer) {
        return cutToModel(tokenizer, TruncationStrategy.LONGEST_FIRST);
    }

    @Override
    final TextInput text(String input) {
        return TextInput.of(input);
    }

    @Override
    final O result(TextInput text, Encoding row, List<float[]> outputs) {
        return result(outputs.get(0));
    }
}
