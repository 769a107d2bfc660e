package io.github.peft4j.task.tokenize.check;

import io.github.peft4j.task.tokenize.check.PatternCheck.Piece;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Reads a regular expression in the syntax of Ruby as far as what it costs; what is not known
 * counts as too much.
 */
final class PatternReader {

    private static final int MOST_LEVELS = 20;

    private static final int MOST_REPEATS = 1000;

    private static final Pattern INTERVAL =
            Pattern.compile("\\{(?:(\\d{1,6})(,(\\d{1,6})?)?|,(\\d{1,6}))\\}");

    private static final Pattern OPTIONS = Pattern.compile("\\?[im]*(?:-[im]*)?([:)])");

    private static final Pattern NAMED = Pattern.compile("\\?<[A-Za-z_]\\w*>");

    private final String source;
    private int at;
    private int level;

    PatternReader(String source) {
        this.source = source;
    }

    /**
     * Reads it all.
     *
     * @throws PatternSyntaxException if it is none
     * @throws IllegalArgumentException that says why it may cost too much
     */
    Piece read() {
        Piece all = alternatives();
        if (at < source.length()) {
            throw unreadable("a parenthesis is closed that is not open");
        }
        return all;
    }

    private PatternSyntaxException unreadable(String why) {
        return new PatternSyntaxException(why, source, at);
    }

    private Piece alternatives() {
        if (++level > MOST_LEVELS) {
            throw new IllegalArgumentException("its parentheses are nested too deep");
        }
        Piece all = sequence();
        while (at < source.length() && source.charAt(at) == '|') {
            at++;
            all = all.or(sequence());
        }
        level--;
        return all;
    }

    private Piece sequence() {
        Piece all = Piece.EMPTY;
        while (at < source.length() && source.charAt(at) != '|' && source.charAt(at) != ')') {
            all = all.then(quantified(atom()));
        }
        all.checkLoops();
        return all;
    }

    private Piece quantified(Piece atom) {
        if (at >= source.length()) {
            return atom;
        }
        switch (source.charAt(at)) {
            case '*' -> {
                at++;
                return greed(atom.repeated(0, -1));
            }
            case '+' -> {
                at++;
                return greed(atom.repeated(1, -1));
            }
            case '?' -> {
                at++;
                return greed(atom.optional());
            }
            case '{' -> {
                Matcher interval = INTERVAL.matcher(source).region(at, source.length());
                return interval.lookingAt() ? interval(atom, interval) : atom;
            }
            default -> {
                return atom;
            }
        }
    }

    private Piece interval(Piece atom, Matcher interval) {
        at = interval.end();
        int from;
        int to;
        if (interval.group(1) == null) {
            from = 0;
            to = Integer.parseInt(interval.group(4));
        } else {
            from = Integer.parseInt(interval.group(1));
            boolean open = interval.group(2) != null && interval.group(3) == null;
            String end = interval.group(3);
            to = open ? -1 : end == null ? from : Integer.parseInt(end);
        }
        if (from > MOST_REPEATS || to > MOST_REPEATS || (to >= 0 && to < from)) {
            throw new IllegalArgumentException(
                    "it repeats more than %d times".formatted(MOST_REPEATS));
        }
        Piece repeated = to == 0 ? Piece.EMPTY : atom.repeated(from, to);
        if (at < source.length() && source.charAt(at) == '?') {
            at++;
            repeated = repeated.optional();
        }
        return onlyOne(repeated);
    }

    /** Lazy or possessive: the work is not more. */
    private Piece greed(Piece repeated) {
        if (at < source.length() && (source.charAt(at) == '?' || source.charAt(at) == '+')) {
            at++;
        }
        return onlyOne(repeated);
    }

    private Piece onlyOne(Piece repeated) {
        if (at < source.length()) {
            char c = source.charAt(at);
            boolean again =
                    c == '*'
                            || c == '+'
                            || c == '?'
                            || (c == '{'
                                    && INTERVAL.matcher(source)
                                            .region(at, source.length())
                                            .lookingAt());
            if (again) {
                throw new IllegalArgumentException("it repeats what is repeated itself");
            }
        }
        return repeated;
    }

    private Piece atom() {
        int c = source.codePointAt(at);
        at += Character.charCount(c);
        return switch (c) {
            case '(' -> group();
            case '[' -> characters();
            case '\\' -> escape();
            case '^', '$' -> Piece.PLACE;
            case '*', '+', '?' -> throw unreadable("it repeats nothing");
            default -> Piece.CHARACTER;
        };
    }

    private Piece group() {
        if (source.startsWith("*", at)) {
            throw new IllegalArgumentException("it calls out");
        }
        if (!source.startsWith("?", at)) {
            return closed();
        }
        for (String look : new String[] {"?=", "?!", "?<=", "?<!"}) {
            if (source.startsWith(look, at)) {
                at += look.length();
                return closed().looked();
            }
        }
        if (source.startsWith("?>", at)) {
            at += 2;
            return closed();
        }
        Matcher named = NAMED.matcher(source).region(at, source.length());
        if (named.lookingAt()) {
            at = named.end();
            return closed();
        }
        Matcher options = OPTIONS.matcher(source).region(at, source.length());
        if (!options.lookingAt()) {
            throw new IllegalArgumentException("it has a group of an unknown kind");
        }
        at = options.end();
        // options without a colon hold for the rest of the group around them
        return options.group(1).equals(":") ? closed() : alternatives();
    }

    private Piece closed() {
        Piece inner = alternatives();
        if (!source.startsWith(")", at)) {
            throw unreadable("a parenthesis is not closed");
        }
        at++;
        return inner;
    }

    private Piece characters() {
        int open = 1;
        boolean first = true;
        while (at < source.length()) {
            char c = source.charAt(at++);
            if (c == '\\') {
                at++;
            } else if (source.startsWith("[:", at - 1) && source.indexOf(":]", at) > 0) {
                at = source.indexOf(":]", at) + 2;
            } else if (c == '[') {
                open++;
                first = true;
                continue;
            } else if (c == '^' && first) {
                continue;
            } else if (c == ']') {
                if (first) {
                    throw new IllegalArgumentException("a class begins with ]");
                }
                if (--open == 0) {
                    return Piece.CHARACTER;
                }
            }
            first = false;
        }
        throw unreadable("a class is not closed");
    }

    private Piece escape() {
        if (at >= source.length()) {
            throw unreadable("it ends with a backslash");
        }
        char c = source.charAt(at++);
        switch (c) {
            case 'b', 'B', 'A', 'z', 'Z', 'G', 'y', 'Y' -> {
                return Piece.PLACE;
            }
            case 'p', 'P' -> skipBraces(true);
            case 'x' -> {
                if (!skipBraces(false)) {
                    skipHex(2);
                }
            }
            case 'u' -> skipHex(4);
            case 'R' -> {
                return Piece.CHARACTER.or(Piece.CHARACTER);
            }
            case 'k', 'g', 'K', 'X', 'c', 'C', 'M', 'N', 'O' ->
                    throw new IllegalArgumentException("it has \\%s".formatted(c));
            default -> {
                if (c >= '1' && c <= '9') {
                    throw new IllegalArgumentException("it refers to an earlier match");
                }
                if (Character.isHighSurrogate(c) && at < source.length()) {
                    at++;
                }
            }
        }
        return Piece.CHARACTER;
    }

    private boolean skipBraces(boolean must) {
        int end = source.startsWith("{", at) ? source.indexOf('}', at) : -1;
        if (end < 0) {
            if (must) {
                throw unreadable("a property has no braces");
            }
            return false;
        }
        at = end + 1;
        return true;
    }

    private void skipHex(int most) {
        for (int i = 0; i < most && at < source.length(); i++) {
            if (Character.digit(source.charAt(at), 16) < 0) {
                return;
            }
            at++;
        }
    }
}
