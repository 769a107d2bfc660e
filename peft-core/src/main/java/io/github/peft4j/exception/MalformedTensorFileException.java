package io.github.peft4j.exception;

import com.google.common.base.Strings;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A tensor file, or the index over several, breaks the rules of its format. The text names the
 * file, the entry, the value and the rule. Thrown before any tensor is given out, unless the file
 * changes while it is open.
 */
public class MalformedTensorFileException extends IOException {

    private static final long serialVersionUID = 1L;

    private static final int LONGEST_NAME = 80;

    /** Creates one. {@code problem} is a sentence or more, without the file's name. */
    public MalformedTensorFileException(Path file, String problem) {
        super(file + ": " + problem);
    }

    /** Creates one with the error that revealed the problem. */
    public MalformedTensorFileException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }

    /** A name from a file, fit for a message: quoted, on one line, not endless. */
    public static String quote(String name) {
        StringBuilder text = new StringBuilder("\"");
        int end = Math.min(name.length(), LONGEST_NAME);
        for (int i = 0; i < end; i++) {
            char c = name.charAt(i);
            if (Character.isISOControl(c) || Character.isSurrogate(c)) {
                text.append("\\u").append(Strings.padStart(Integer.toHexString(c), 4, '0'));
            } else {
                text.append(c);
            }
        }
        if (end < name.length()) {
            text.append("... (").append(name.length()).append(" characters)");
        }
        return text.append('"').toString();
    }
}
