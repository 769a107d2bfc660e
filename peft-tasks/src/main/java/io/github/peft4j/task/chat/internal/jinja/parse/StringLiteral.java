package io.github.peft4j.task.chat.internal.jinja.parse;

import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's escapes in strings; one that Python does not know stays as it is written. */
final class StringLiteral {

    private static final Pattern ESCAPE =
            Pattern.compile(
                    "\\\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)",
                    Pattern.DOTALL);

    private StringLiteral() {}

    /** What a literal with its quotes stands for. */
    static String unescape(String literal) {
        String text = literal.substring(1, literal.length() - 1);
        if (text.indexOf('\\') < 0) {
            return text;
        }
        return ESCAPE.matcher(text).replaceAll(escape -> Matcher.quoteReplacement(meaning(escape)));
    }

    private static String meaning(MatchResult escape) {
        String code = escape.group(1);
        char first = code.charAt(0);
        if (code.length() > 1 && first != 'u' && first != 'U' && first != 'x') {
            return Character.toString(Integer.parseInt(code, 8));
        }
        if (code.length() > 1) {
            return character(Integer.parseUnsignedInt(code.substring(1), 16));
        }
        return switch (first) {
            case '\n' -> "";
            case '\\', '\'', '"' -> code;
            case 'a' -> "\u0007";
            case 'b' -> "\b";
            case 'f' -> "\f";
            case 'n' -> "\n";
            case 'r' -> "\r";
            case 't' -> "\t";
            case 'v' -> "\u000b";
            default ->
                    first >= '0' && first <= '7'
                            ? Character.toString(Integer.parseInt(code, 8))
                            : escape.group();
        };
    }

    private static String character(int codePoint) {
        if (!Character.isValidCodePoint(codePoint)) {
            throw new JinjaException("Escape \\U%08x is not a character.".formatted(codePoint));
        }
        return Character.toString(codePoint);
    }
}
