package io.github.peft4j.matching;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Rewrites a regular expression from Python's syntax to Java's, in one pass.
 *
 * <p>Each alternative, group and reference gets a part that is always true but looks at a
 * character: the ways in which Java tries a pattern are then counted by a text that counts its
 * reads, even those of parts that match nothing at the end of the text.
 */
public final class PythonRegexTranslator {

    private static final Pattern REPETITION = Pattern.compile("\\{(\\d*)(?:(,)(\\d*))?}");
    private static final Pattern GROUP_NAME = Pattern.compile("\\(\\?P<([^\\W\\d]\\w*)>");
    private static final Pattern GROUP_REFERENCE = Pattern.compile("\\(\\?P=([^\\W\\d]\\w*)\\)");
    private static final Pattern FLAGS = Pattern.compile("\\(\\?([imsu]*)(-[ims]+)?([:)])");

    /** Never at and off the border of a word at once: true, and reads what it decides by. */
    private static final String LOOK = "(?!\\b\\B)";

    private static final String QUANTIFIERS = "*+?{";
    private static final String ANCHORS = "bBAZ";

    private final String regex;
    private final StringBuilder out = new StringBuilder();
    private final Map<String, String> groups = new LinkedHashMap<>();
    private int at;
    private int anchorEnd = -1;

    public PythonRegexTranslator(String regex) {
        this.regex = regex;
    }

    /** The Java names of named groups, by their Python names; filled by the translation. */
    public Map<String, String> groups() {
        return groups;
    }

    public String translate() {
        while (at < regex.length()) {
            char c = regex.charAt(at);
            switch (c) {
                case '\\' -> escape(false);
                case '[' -> set();
                case '(' -> group();
                case '{' -> repetition();
                case '}' -> copyAs("\\}", 1);
                case '|' -> open("|", 1);
                case '^', '$' -> anchor(String.valueOf(c), 1);
                case '*', '+', '?' -> quantifier(String.valueOf(c), 1);
                default -> copyAs(String.valueOf(c), 1);
            }
        }
        return out.toString();
    }

    /** A translation as a reader wants to see it, without what counts steps. */
    static String shown(String java) {
        return java.replace(LOOK, "");
    }

    private void copyAs(String java, int pythonLength) {
        out.append(java);
        at += pythonLength;
    }

    /** Copies what an alternative starts with. */
    private void open(String java, int pythonLength) {
        copyAs(java, pythonLength);
        // what repeats nothing is left for Java to refuse
        if (at == regex.length() || QUANTIFIERS.indexOf(regex.charAt(at)) < 0) {
            out.append(LOOK);
        }
    }

    private void anchor(String java, int pythonLength) {
        copyAs(java, pythonLength);
        anchorEnd = out.length();
    }

    private void quantifier(String java, int pythonLength) {
        if (anchorEnd == out.length()) {
            throw refuse("nothing to repeat");
        }
        copyAs(java, pythonLength);
    }

    private void reference(String java, int pythonLength) {
        copyAs("(?:" + java + LOOK + ")", pythonLength);
    }

    private void escape(boolean inSet) {
        if (at + 1 == regex.length()) {
            throw refuse("bad escape at the end of the pattern");
        }
        char c = regex.charAt(at + 1);
        if (!inSet && ANCHORS.indexOf(c) >= 0) {
            anchor(c == 'Z' ? "\\z" : "\\" + c, 2);
            return;
        }
        String same = "dDsSwWfnrtxu";
        if (same.indexOf(c) >= 0 || !isAsciiLetterOrDigit(c)) {
            copyAs("\\" + c, 2);
        } else if (c == 'b' || c == 'a' || c == 'v') {
            copyAs(c == 'b' ? "\\x08" : c == 'a' ? "\\x07" : "\\x0B", 2);
        } else if (c != '0' && isDigit(c) && !inSet) {
            boolean second = at + 2 < regex.length() && isDigit(regex.charAt(at + 2));
            String number = regex.substring(at + 1, at + (second ? 3 : 2));
            reference("\\" + number, 1 + number.length());
        } else if (c == '0' && !octalFollows()) {
            copyAs("\\x00", 2);
        } else {
            throw refuse("bad escape \\" + c);
        }
    }

    private boolean octalFollows() {
        return at + 2 < regex.length() && Character.digit(regex.charAt(at + 2), 8) >= 0;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isAsciiLetterOrDigit(char c) {
        return c < 128 && Character.isLetterOrDigit(c);
    }

    private void set() {
        int start = at;
        copyAs("[", 1);
        if (at < regex.length() && regex.charAt(at) == '^') {
            copyAs("^", 1);
        }
        if (at < regex.length() && regex.charAt(at) == ']') {
            copyAs("\\]", 1);
        }
        while (at < regex.length() && regex.charAt(at) != ']') {
            char c = regex.charAt(at);
            if (c == '\\') {
                escape(true);
            } else {
                copyAs(c == '[' || c == '&' || c == '^' ? "\\" + c : String.valueOf(c), 1);
            }
        }
        if (at == regex.length()) {
            at = start;
            throw refuse("unterminated character set");
        }
        copyAs("]", 1);
    }

    private void group() {
        if (!regex.startsWith("(?", at)) {
            open("(", 1);
            return;
        }
        Matcher name = GROUP_NAME.matcher(regex).region(at, regex.length());
        Matcher reference = GROUP_REFERENCE.matcher(regex).region(at, regex.length());
        Matcher flags = FLAGS.matcher(regex).region(at, regex.length());
        if (name.lookingAt()) {
            String java = "g" + groups.size();
            if (groups.putIfAbsent(name.group(1), java) != null) {
                throw refuse("redefinition of group " + name.group(1));
            }
            open("(?<" + java + ">", name.end() - at);
        } else if (reference.lookingAt()) {
            String java = groups.get(reference.group(1));
            if (java == null) {
                throw refuse("unknown group name " + reference.group(1));
            }
            reference("\\k<" + java + ">", reference.end() - at);
        } else if (regex.startsWith("(?#", at)) {
            int end = regex.indexOf(')', at);
            if (end < 0) {
                throw refuse("missing ), unterminated comment");
            }
            at = end + 1;
        } else if (startsWithAny("(?<=", "(?<!")) {
            open(regex.substring(at, at + 4), 4);
        } else if (startsWithAny("(?=", "(?!", "(?>")) {
            open(regex.substring(at, at + 3), 3);
        } else if (flags.lookingAt()) {
            flags(flags);
        } else {
            throw refuse("unknown or unsupported extension");
        }
    }

    private void flags(Matcher flags) {
        boolean global = flags.group(3).equals(")");
        if (global && at > 0) {
            throw refuse("global flags not at the start of the expression");
        }
        String on = flags.group(1).replace("u", "").toLowerCase(Locale.ROOT);
        String off = flags.group(2) == null ? "" : flags.group(2);
        String java = "(?" + on + off + flags.group(3);
        if (global) {
            copyAs(java, flags.end() - at);
        } else {
            open(java, flags.end() - at);
        }
    }

    private boolean startsWithAny(String... prefixes) {
        for (String prefix : prefixes) {
            if (regex.startsWith(prefix, at)) {
                return true;
            }
        }
        return false;
    }

    private void repetition() {
        Matcher matcher = REPETITION.matcher(regex).region(at, regex.length());
        boolean found = matcher.lookingAt();
        if (!found || (matcher.group(1).isEmpty() && matcher.group(2) == null)) {
            copyAs("\\{", 1);
            return;
        }
        String least = matcher.group(1).isEmpty() ? "0" : matcher.group(1);
        String most = matcher.group(2) == null ? "" : "," + matcher.group(3);
        quantifier("{" + least + most + "}", matcher.end() - at);
    }

    private PatternSyntaxException refuse(String what) {
        return new PatternSyntaxException(what, regex, at);
    }
}
