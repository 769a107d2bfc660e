package io.github.peft4j.task.tokenize;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * All tokens of one text or pair in columns, so that rows of ids are cut and padded without an
 * object a token. A {@link Token} is made of those alone that somebody looks at.
 */
final class TokenColumns {

    private final int[] ids;
    private final int[] typeIds;
    private final int[] sequences;
    private final int[] words;
    private final Token.Kind[] kinds;
    private final IntFunction<Token> tokens;

    /**
     * Takes the columns over.
     *
     * @param sequences 0 for the text, 1 for its pair, -1 for all others
     * @param words number of the word, -1 where there is none
     * @param tokens makes the token at a place
     */
    TokenColumns(
            int[] ids,
            int[] typeIds,
            int[] sequences,
            int[] words,
            Token.Kind[] kinds,
            IntFunction<Token> tokens) {
        this.ids = ids;
        this.typeIds = typeIds;
        this.sequences = sequences;
        this.words = words;
        this.kinds = kinds;
        this.tokens = tokens;
    }

    /** The columns of tokens that are there already. */
    static TokenColumns of(List<Token> tokens) {
        return new TokenColumns(
                tokens.stream().mapToInt(Token::id).toArray(),
                tokens.stream().mapToInt(Token::typeId).toArray(),
                tokens.stream().mapToInt(Token::sequence).toArray(),
                tokens.stream().mapToInt(Token::word).toArray(),
                tokens.stream().map(Token::kind).toArray(Token.Kind[]::new),
                tokens::get);
    }

    int size() {
        return ids.length;
    }

    int id(int place) {
        return ids[place];
    }

    int typeId(int place) {
        return typeIds[place];
    }

    int sequence(int place) {
        return sequences[place];
    }

    int word(int place) {
        return words[place];
    }

    Token.Kind kind(int place) {
        return kinds[place];
    }

    Token token(int place) {
        return tokens.apply(place);
    }

    /** How many tokens are of no text. */
    int special() {
        return (int) Arrays.stream(sequences).filter(sequence -> sequence < 0).count();
    }
}
