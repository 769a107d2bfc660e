package io.github.peft4j.task.data.chat;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.tokenize.Encoding;
import java.util.List;
import java.util.function.Function;

/**
 * The texts that a conversation needs to become a row.
 *
 * @param texts the whole conversation first
 * @param row makes the row of their tokens
 */
record Writing(List<String> texts, Function<List<Encoding>, LabelledRow> row) {

    /** Copies the collections. */
    Writing {
        texts = ImmutableList.copyOf(texts);
    }
}
