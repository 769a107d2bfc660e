package io.github.peft4j.task.generate.text;

import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Longs;
import io.github.peft4j.task.generate.NewToken;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Turns tokens into text as they come, in pieces of whole characters: a token that holds a part of
 * a character waits for the rest. All pieces together are the text of all tokens.
 *
 * <p>Special tokens leave no text. Each token costs the decoding of two or three.
 */
public final class TextStreamer implements Consumer<NewToken> {

    private static final String PART = "\uFFFD";

    private final Tokenizer tokenizer;
    private final Consumer<String> sink;

    /** Single bytes: how a row of them reads is known when it has ended. */
    private final ImmutableSet<Long> bytes;

    /** Tokens that may decide how the next is written: the last piece's, and those that wait. */
    private List<Long> window = new ArrayList<>();

    private boolean inBytes;
    private int shown;
    private String shownText = "";

    /**
     * Writes to a sink.
     *
     * @param sink takes pieces of text, none of them empty
     */
    public TextStreamer(Tokenizer tokenizer, Consumer<String> sink) {
        this.tokenizer = tokenizer;
        this.sink = sink;
        bytes =
                IntStream.range(0, 256)
                        .mapToObj("<0x%02X>"::formatted)
                        .flatMapToInt(token -> tokenizer.tokenToId(token).stream())
                        .mapToObj(Long::valueOf)
                        .collect(ImmutableSet.toImmutableSet());
    }

    /** Takes a token of a single answer: {@code generator.generate(prompts, config, streamer)}. */
    @Override
    public void accept(NewToken token) {
        if (token.row() != 0) {
            throw new IllegalArgumentException(
                    "A token belongs to answer "
                            + token.row()
                            + ", but one streamer writes one text. Stream one prompt at a time, or"
                            + " have a streamer for each row.");
        }
        put(token.id());
    }

    /** Takes a token and writes what has become whole. */
    public void put(long id) {
        window.add(id);
        inBytes = bytes.contains(id) || (inBytes && leavesNoText(id));
        if (inBytes) {
            return;
        }
        String text = text();
        if (text.length() > shownText.length() && !text.endsWith(PART)) {
            write(text);
        }
    }

    /** Writes what still waits; characters that never became whole appear as U+FFFD. */
    public void end() {
        String text = text();
        if (text.length() > shownText.length()) {
            write(text);
        }
        inBytes = false;
        window.clear();
        shown = 0;
        shownText = "";
    }

    private void write(String text) {
        sink.accept(text.substring(shownText.length()));
        window = new ArrayList<>(window.subList(shown, window.size()));
        shown = window.size();
        shownText = text();
    }

    /** Such a token, a special one for instance, does not end a row of bytes. */
    private boolean leavesNoText(long id) {
        return tokenizer.decode(new long[] {id}, true).isEmpty();
    }

    private String text() {
        return tokenizer.decode(Longs.toArray(window), true);
    }
}
