package io.github.peft4j.matching;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Rewrites a regular expression from Python's syntax to Java's, in one pass. */
public final class PythonRegexTranslator {

    private static final Pattern REPETITION = Pattern.compile("\\{(\\d*)(?:(,)(\\d*))?}");
    private static final Pattern GROUP_NAME = Pattern.compile("\\(\\?P<([^\\W\\d]\\w*)>");
    private static final Pattern GROUP_REFERENCE = Pattern.compile("\\(\\?P=([^\\W\\d]\\w*)\\)");
    private static final Pattern FLAGS = Pattern.compile("\\(\\?([imsu]*)(-[ims]+)?([:)])");

    private final String regex;
    private final StringBuilder out = new StringBuilder();
    private final Map<String, String> groups = new LinkedHashMap<>();
    private int at;

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
                default -> copyAs(String.valueOf(c), 1);
            }
        }
        return out.toString();
    }

    private void copyAs(String java, int pythonLength) {
        out.append(java);
        at += pythonLength;
    }

    private void escape(boolean inSet) {
        if (at + 1 == regex.length()) {
            throw refuse("bad escape at the end of the pattern");
        }
        char c = regex.charAt(at + 1);
        String same = inSet ? "dDsSwWfnrtxu" : "bBdDsSwWfnrtxuA";
        if (same.indexOf(c) >= 0 || !isAsciiLetterOrDigit(c)) {
            copyAs("\\" + c, 2);
        } else if (c == 'Z' && !inSet) {
            copyAs("\\z", 2);
        } else if (c == 'b' || c == 'a' || c == 'v') {
            copyAs(c == 'b' ? "\\x08" : c == 'a' ? "\\x07" : "\\x0B", 2);
        } else if (c >= '1' && c <= '9' && !inSet) {
            copyAs("\\" + c, 2);
        } else if (c == '0' && !octalFollows()) {
            copyAs("\\x00", 2);
        } else {
            throw refuse("bad escape \\" + c);
        }
    }

    private boolean octalFollows() {
        return at + 2 < regex.length() && Character.digit(regex.charAt(at + 2), 8) >= 0;
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
            copyAs("(", 1);
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
            copyAs("(?<" + java + ">", name.end() - at);
        } else if (reference.lookingAt()) {
            String java = groups.get(reference.group(1));
            if (java == null) {
                throw refuse("unknown group name " + reference.group(1));
            }
            copyAs("\\k<" + java + ">", reference.end() - at);
        } else if (regex.startsWith("(?#", at)) {
            int end = regex.indexOf(')', at);
            if (end < 0) {
                throw refuse("missing ), unterminated comment");
            }
            at = end + 1;
        } else if (startsWithAny("(?=", "(?!", "(?<=", "(?<!", "(?>")) {
            copyAs("(?", 2);
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
        copyAs("(?" + on + off + flags.group(3), flags.end() - at);
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
        copyAs("{" + least + most + "}", matcher.end() - at);
    }

    private PatternSyntaxException refuse(String what) {
        return new PatternSyntaxException(what, regex, at);
    }
}
