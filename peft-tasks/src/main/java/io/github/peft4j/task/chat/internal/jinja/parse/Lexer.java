package io.github.peft4j.task.chat.internal.jinja.parse;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.PythonText;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens, with {@code trim_blocks} and {@code lstrip_blocks} on: the line
 * break after a block or comment is left out, and so are the spaces between the start of a line and
 * one. {@code -} beside a tag takes away all white space there, {@code +} keeps it.
 */
public final class Lexer {

    private static final Pattern LINE_BREAK = Pattern.compile("\r\n|\r");
    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(-%}\\s*|%})");
    private static final Pattern END_RAW =
            Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%}|-%}\\s*|%}\n?)");

    private static final String DIGITS = "[0-9](?:_?[0-9])*";
    private static final Pattern FLOAT =
            Pattern.compile("(?<!\\.)%1$s(?:(?:\\.%1$s)?[eE][+-]?%1$s|\\.%1$s)".formatted(DIGITS));
    private static final Pattern INTEGER =
            Pattern.compile("0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|" + DIGITS);
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");
    private static final Pattern STRING =
            Pattern.compile("'(?:[^'\\\\]|\\\\.)*+'|\"(?:[^\"\\\\]|\\\\.)*+\"", Pattern.DOTALL);
    private static final Pattern OPERATOR =
            Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+*/%~\\[\\](){}<>=.:|,;]");

    private final String source;
    private final ImmutableList.Builder<Token> tokens = ImmutableList.builder();
    private int position;
    private int line = 1;
    private boolean atLineStart = true;

    private Lexer(String source) {
        this.source = source;
    }

    /** The tokens of a template; the last one has kind END. */
    public static ImmutableList<Token> tokens(String template) {
        String source = LINE_BREAK.matcher(template).replaceAll("\n");
        // one line break at the end belongs to the file, not to the text
        Lexer lexer =
                new Lexer(
                        source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
        while (lexer.position < lexer.source.length()) {
            lexer.data();
        }
        lexer.add(Token.Kind.END, "");
        return lexer.tokens.build();
    }

    private void data() {
        int tag = nextTag();
        if (tag == source.length()) {
            addData(source.substring(position));
            moveTo(tag);
            return;
        }
        char kind = source.charAt(tag + 1);
        Matcher raw = RAW.matcher(source).region(tag, source.length());
        char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
        boolean signed = sign == '-' || sign == '+';
        addData(stripped(source.substring(position, tag), sign, kind != '{'));
        if (raw.lookingAt()) {
            raw(raw.end());
        } else {
            moveTo(tag + (signed ? 3 : 2));
            if (kind == '#') {
                comment();
            } else {
                code(kind == '%');
            }
        }
    }

    private int nextTag() {
        int at = source.indexOf('{', position);
        while (at >= 0 && at + 1 < source.length()) {
            if ("{%#".indexOf(source.charAt(at + 1)) >= 0) {
                return at;
            }
            at = source.indexOf('{', at + 1);
        }
        return source.length();
    }

    /** The text before a tag without the white space that the tag takes away. */
    private String stripped(String text, char sign, boolean block) {
        if (sign == '-') {
            return PythonText.SPACE.trimTrailingFrom(text);
        }
        int lineStart = text.lastIndexOf('\n') + 1;
        boolean onlyIndented =
                (lineStart > 0 || atLineStart)
                        && PythonText.SPACE.matchesAllOf(text.substring(lineStart));
        return sign != '+' && block && onlyIndented ? text.substring(0, lineStart) : text;
    }

    private void raw(int begin) {
        moveTo(begin);
        atLineStart = source.charAt(begin - 1) == '\n';
        Matcher end = END_RAW.matcher(source);
        if (!end.find(position)) {
            throw error("The raw block is not closed by {% endraw %}.");
        }
        String sign = end.group(1);
        String text = source.substring(position, end.start());
        addData(stripped(text, sign.isEmpty() ? ' ' : sign.charAt(0), true));
        endTag(end.end());
    }

    private void comment() {
        int end = source.indexOf("#}", position);
        if (end < 0) {
            throw error("The comment is not closed by #}.");
        }
        char sign = end > position ? source.charAt(end - 1) : ' ';
        afterTag(end + 2, sign, true);
    }

    private void code(boolean block) {
        add(block ? Token.Kind.BLOCK_BEGIN : Token.Kind.VARIABLE_BEGIN, "");
        int begin = line;
        String close = block ? "%}" : "}}";
        Deque<Character> open = new ArrayDeque<>();
        while (true) {
            moveTo(afterSpace(position));
            if (position == source.length()) {
                throw new JinjaException("The tag is not closed by '%s'.".formatted(close))
                        .at(begin);
            }
            char sign = source.charAt(position);
            boolean signed = sign == '-' || (block && sign == '+');
            int end = position + (signed ? 1 : 0);
            if (open.isEmpty() && source.startsWith(close, end)) {
                add(block ? Token.Kind.BLOCK_END : Token.Kind.VARIABLE_END, "");
                afterTag(end + close.length(), sign, block);
                return;
            }
            token(open);
        }
    }

    private void token(Deque<Character> open) {
        if (take(FLOAT, Token.Kind.FLOAT)
                || take(INTEGER, Token.Kind.INTEGER)
                || take(NAME, Token.Kind.NAME)) {
            return;
        }
        Matcher string = at(STRING);
        if (string.lookingAt()) {
            add(Token.Kind.STRING, unescaped(string.group()));
            moveTo(string.end());
            return;
        }
        char sign = source.charAt(position);
        if (!take(OPERATOR, Token.Kind.OPERATOR)) {
            throw error("Character '%s' is not expected here.".formatted(sign));
        }
        int opening = "([{".indexOf(sign);
        if (opening >= 0) {
            open.push(")]}".charAt(opening));
        } else if (")]}".indexOf(sign) >= 0 && (open.isEmpty() || open.pop() != sign)) {
            throw error("'%s' closes nothing.".formatted(sign));
        }
    }

    private String unescaped(String literal) {
        try {
            return StringLiteral.unescape(literal);
        } catch (JinjaException bad) {
            throw bad.at(line);
        }
    }

    private boolean take(Pattern pattern, Token.Kind kind) {
        Matcher matcher = at(pattern);
        if (!matcher.lookingAt()) {
            return false;
        }
        add(kind, matcher.group());
        moveTo(matcher.end());
        return true;
    }

    private Matcher at(Pattern pattern) {
        return pattern.matcher(source).region(position, source.length()).useTransparentBounds(true);
    }

    private void afterTag(int end, char sign, boolean block) {
        if (sign == '-') {
            endTag(afterSpace(end));
        } else {
            boolean breaks = block && sign != '+' && source.startsWith("\n", end);
            endTag(breaks ? end + 1 : end);
        }
    }

    private void endTag(int end) {
        moveTo(end);
        atLineStart = source.charAt(end - 1) == '\n';
    }

    private int afterSpace(int from) {
        int at = from;
        while (at < source.length() && PythonText.SPACE.matches(source.charAt(at))) {
            at++;
        }
        return at;
    }

    private void moveTo(int next) {
        for (; position < next; position++) {
            line += source.charAt(position) == '\n' ? 1 : 0;
        }
    }

    private void addData(String text) {
        if (!text.isEmpty()) {
            add(Token.Kind.DATA, text);
        }
    }

    private void add(Token.Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private JinjaException error(String problem) {
        return new JinjaException(problem).at(line);
    }
}
