package io.github.peft4j.task.tokenize.use;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * What of a tokenizer may not be used, and why: its file loads, as in Python, and the use fails.
 */
public final class Uses {

    private final Path file;
    private final ImmutableMap<Use, String> barred;

    /** From the reason for each use that is barred. */
    public Uses(Path file, Map<Use, String> reasons) {
        this.file = file;
        this.barred = ImmutableMap.copyOf(reasons);
    }

    /** Reasons for nothing yet. */
    public static Map<Use, String> none() {
        return new EnumMap<>(Use.class);
    }

    /**
     * Lets a use pass that harms nobody.
     *
     * @throws IllegalStateException if the native library would end the process for it; the text
     *     names the file, the place, the value and the rule
     */
    public void require(Use use) {
        String reason = barred.get(use);
        if (reason != null) {
            throw new IllegalStateException(
                    ("%s cannot be used to %s: %s. Save the tokenizer again with save_pretrained,"
                                    + " or take the file of the original checkpoint.")
                            .formatted(file, use.words(), reason));
        }
    }

    /** Each barred use with its reason, in words; empty if all may be used. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        barred.forEach(
                (use, reason) ->
                        text.append(text.isEmpty() ? "" : "; ")
                                .append(use.words())
                                .append(" (")
                                .append(reason)
                                .append(')'));
        return text.toString();
    }
}
