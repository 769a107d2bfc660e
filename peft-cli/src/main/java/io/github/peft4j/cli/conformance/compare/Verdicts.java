package io.github.peft4j.cli.conformance.compare;

import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.List;

/** Judges refusals and warnings: they must be this library's own, and about the matter. */
public final class Verdicts {

    private static final String OWN = "io.github.peft4j";
    private static final String GUAVA = "com.google.common";

    private Verdicts() {}

    /**
     * Accepts a refusal that the library decided on and whose text names what is wrong. Whatever
     * breaks by accident (a null, an index, the engine) is none.
     *
     * @param names words of which the text must have one
     */
    public static void requireRefusal(Throwable refusal, ImmutableSet<String> names)
            throws CaseFailure {
        boolean decided =
                refusal instanceof IllegalArgumentException
                        || refusal instanceof IllegalStateException
                        || refusal instanceof IOException;
        if (!decided || !isThrownHere(refusal)) {
            throw new CaseFailure("breaks instead of refusing: " + refusal);
        }
        String text = String.valueOf(refusal.getMessage());
        if (!Wording.hasOne(text, names)) {
            throw new CaseFailure("refuses without naming one of " + names + ": " + text);
        }
    }

    private static boolean isThrownHere(Throwable refusal) {
        for (StackTraceElement frame : refusal.getStackTrace()) {
            if (!frame.getClassName().startsWith(GUAVA)) {
                return frame.getClassName().startsWith(OWN);
            }
        }
        return false;
    }

    /** Requires a warning of ours for each of Python's; more are welcome. */
    public static void requireWarnings(JsonObject row, List<String> ours) throws CaseFailure {
        if (!row.has("warnings")) {
            return;
        }
        JsonArray theirs = row.getAsJsonArray("warnings");
        for (JsonElement warning : theirs) {
            String text = warning.getAsJsonObject().get("text").getAsString();
            if (IntendedDifferences.contain(text)) {
                continue;
            }
            ImmutableSet<String> names = Wording.names(text);
            boolean met =
                    names.isEmpty()
                            ? !ours.isEmpty()
                            : ours.stream().anyMatch(each -> Wording.hasOne(each, names));
            if (!met) {
                throw new CaseFailure("no warning where Python says: " + text + "; ours: " + ours);
            }
        }
    }
}
