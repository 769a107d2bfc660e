package io.github.peft4j.task.generate;

import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.config.SpecialTokens;
import io.github.peft4j.task.generate.logits.TokenRow;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which token ends a text: an end token, or one that completes a stop string. A stop string may
 * begin in the prompt and end inside the token, as in transformers.
 */
final class TextEnds {

    private static final String BEFORE = "abcdef";

    private final SpecialTokens tokens;
    private final List<String> stops;
    private final @Nullable Tokenizer tokenizer;
    private final int longest;
    private final Map<Long, String> pieces = new HashMap<>();
    private long @Nullable [] before;

    TextEnds(GenerationConfig config, @Nullable Tokenizer tokenizer) {
        tokens = config.tokens();
        stops = config.words().stopStrings();
        this.tokenizer = tokenizer;
        if (!stops.isEmpty() && tokenizer == null) {
            throw new IllegalArgumentException(
                    "stop_strings is "
                            + stops
                            + ", but a generator of ids does not know the texts of its tokens. Call"
                            + " Generator.withTokenizer(tokenizer), or use TextGenerator.");
        }
        longest = stops.stream().mapToInt(String::length).max().orElse(0);
    }

    /** What fills rows that ended before others. */
    long fill() {
        Integer pad = tokens.padTokenId();
        return tokens.fill() >= 0 || stops.isEmpty() ? tokens.fill() : pad == null ? 0 : pad;
    }

    /** Whether this token ends the text of these. */
    boolean ends(TokenRow row, int length, long token) {
        if (tokens.ends(token)) {
            return true;
        }
        if (stops.isEmpty()) {
            return false;
        }
        StringBuilder text = new StringBuilder();
        for (int i = length - 1; i >= 0 && text.length() < longest; i--) {
            text.insert(0, piece(row.id(i)));
        }
        int old = text.length();
        text.append(piece(token));
        for (String stop : stops) {
            int from = Math.max(0, old - stop.length() + 1);
            if (text.indexOf(stop, from) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** What a token adds behind other text. */
    private String piece(long id) {
        return pieces.computeIfAbsent(id, this::decoded);
    }

    private String decoded(long id) {
        Tokenizer known = Objects.requireNonNull(tokenizer);
        if (before == null) {
            before =
                    known.encode(BEFORE, EncodeOptions.builder().optAddSpecialTokens(false).build())
                            .ids();
        }
        long[] ids = Arrays.copyOf(before, before.length + 1);
        ids[before.length] = id;
        String text = known.decode(ids, false, false);
        return text.substring(text.indexOf(BEFORE) + BEFORE.length());
    }
}
