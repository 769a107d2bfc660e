package io.github.peft4j.task.chat.internal.jinja.parse;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;

/** The tokens that are still to be read. */
final class TokenStream {

    private final ImmutableList<Token> tokens;
    private int next;

    TokenStream(ImmutableList<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(next);
    }

    /** The token after the next, or the last one. */
    Token peekSecond() {
        return tokens.get(Math.min(next + 1, tokens.size() - 1));
    }

    Token read() {
        Token token = tokens.get(next);
        next = Math.min(next + 1, tokens.size() - 1);
        return token;
    }

    int line() {
        return peek().line();
    }

    boolean skipOperator(String sign) {
        return skipIf(peek().isOperator(sign));
    }

    boolean skipName(String name) {
        return skipIf(peek().isName(name));
    }

    private boolean skipIf(boolean matches) {
        if (matches) {
            read();
        }
        return matches;
    }

    void expectOperator(String sign) {
        if (!skipOperator(sign)) {
            throw unexpected("'" + sign + "'");
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    /** Reads a token of a kind and gives its text. */
    String expect(Token.Kind kind, String shown) {
        if (peek().kind() != kind) {
            throw unexpected(shown);
        }
        return read().text();
    }

    JinjaException unexpected(String wanted) {
        return new JinjaException("Found %s where %s should be.".formatted(peek().shown(), wanted))
                .at(line());
    }
}
