package io.github.peft4j.cli.soak.configs;

import com.google.common.base.Throwables;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.exception.UnsupportedFeatureException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What came of a step.
 *
 * @param outcome of an error or of none
 * @param text the error, on one line
 */
record Judgement(ConfigOutcome outcome, String text) {

    /** Characters that an error may have. */
    static final int LONGEST = 2000;

    static final Judgement LOADED = new Judgement(ConfigOutcome.LOADED, "");

    private static final int SHOWN = 600;

    /** What Java's, Gson's and the engine's own texts say. */
    private static final ImmutableList<String> FOREIGN =
            ImmutableList.of(
                    "JsonNull",
                    "JsonArray",
                    "JsonObject",
                    "JsonPrimitive",
                    "com.google.gson",
                    "setStrictness",
                    "java.lang.",
                    "java.util.",
                    "cannot be cast",
                    "For input string",
                    "out of bounds for length",
                    "TorchScript",
                    "c10::",
                    "at::",
                    "DefaultCPUAllocator");

    private static final Pattern KEY =
            Pattern.compile(
                    "\\b[a-z]+(?:_[a-z]+)+\\b|\\.json|\\.jinja|chat template|weights of the model");

    /** Says whether an error is such as is promised. */
    static Judgement of(Throwable thrown, Path folder) {
        String message = thrown.getMessage();
        if (thrown instanceof OutOfMemoryError) {
            return new Judgement(ConfigOutcome.UNBOUNDED, line(thrown));
        }
        String fault =
                message == null
                        ? "no message"
                        : !isOurs(thrown)
                                ? "not ours"
                                : message.length() > LONGEST
                                        ? message.length() + " characters"
                                        : FOREIGN.stream().anyMatch(message::contains)
                                                ? "foreign words"
                                                : names(message, folder) ? "" : "names nothing";
        return fault.isEmpty()
                ? new Judgement(ConfigOutcome.REFUSED, line(thrown))
                : new Judgement(ConfigOutcome.ODD, fault + ": " + line(thrown) + where(thrown));
    }

    private static boolean isOurs(Throwable thrown) {
        if (thrown instanceof IOException || thrown instanceof UnsupportedFeatureException) {
            return true;
        }
        StackTraceElement[] frames = thrown.getStackTrace();
        String top = frames.length == 0 ? "" : frames[0].getClassName();
        boolean stated =
                top.startsWith("io.github.peft4j.")
                        || top.equals("com.google.common.base.Preconditions");
        return thrown instanceof IllegalArgumentException
                || (stated
                        && (thrown instanceof IllegalStateException
                                || thrown instanceof java.io.UncheckedIOException));
    }

    /** A file of the folder, the folder, or a key of a config. */
    private static boolean names(String message, Path folder) {
        return message.indexOf(' ') > 0
                && (message.contains(folder.toString()) || KEY.matcher(message).find());
    }

    /** Where it comes from: what is looked for next. */
    private static String where(Throwable thrown) {
        StackTraceElement[] frames = Throwables.getRootCause(thrown).getStackTrace();
        StringBuilder text = new StringBuilder(" [");
        int shown = 0;
        for (StackTraceElement frame : frames) {
            if (shown < 4 && (shown == 0 || frame.getClassName().startsWith("io.github.peft4j."))) {
                text.append(frame.getFileName())
                        .append(':')
                        .append(frame.getLineNumber())
                        .append(' ');
                shown++;
            }
        }
        return text.append(']').toString();
    }

    private static String line(Throwable thrown) {
        String text = thrown.toString();
        return text.substring(0, Math.min(text.length(), SHOWN))
                .replaceAll("[\\s\\p{Cc}\\p{Cs}]+", " ");
    }
}
