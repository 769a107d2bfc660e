package io.github.peft4j.inspect;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.internal.text.Text;
import io.github.peft4j.json.PythonJson;
import io.github.peft4j.store.AdapterPassport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An inspection in lines for people. */
final class InspectionText {

    private InspectionText() {}

    static String of(AdapterInspection seen) {
        List<String> lines = new ArrayList<>();
        AdapterPassport passport = seen.passport();
        lines.add(seen.config().peftType() + " adapter in " + seen.folder());
        String labels = passport.labels().isEmpty() ? "" : ", labels: " + passport.labels();
        lines.add("task: " + seen.taskType().map(Enum::name).orElse("not said") + Text.cut(labels));
        lines.add(
                "base: "
                        + Text.cut(seen.baseNameOrPath().orElse("not said"))
                        + ", "
                        + passport.baseFingerprint().orElse("fingerprint not known"));
        addTensors(lines, seen.tensors());
        lines.add("options that differ from PEFT's defaults:");
        addAll(lines, seen.changedOptions());
        if (passport.equals(AdapterPassport.EMPTY)) {
            lines.add("no passport (" + AdapterPassport.FILE_NAME + ")");
        } else {
            lines.add("passport:");
            addPassport(lines, passport);
        }
        seen.warnings().forEach(warning -> lines.add("warning: " + Text.message(warning)));
        return Joiner.on('\n').join(lines);
    }

    private static void addTensors(List<String> lines, TensorFacts facts) {
        lines.add(
                String.format(
                        Locale.ROOT,
                        "%,d tensors, %,d parameters in %s, %,d bytes on disk",
                        facts.tensors(),
                        facts.parameters(),
                        Joiner.on(" and ").join(facts.types().keySet()),
                        facts.bytes()));
        if (!facts.ranks().isEmpty()) {
            List<String> ranks = new ArrayList<>();
            facts.ranks()
                    .forEach(
                            (rank, layers) ->
                                    ranks.add(
                                            rank
                                                    + " at "
                                                    + layers
                                                    + (layers == 1 ? " layer" : " layers")));
            lines.add("ranks: " + Text.of(ranks));
        }
        lines.add("effect: " + effect(facts));
    }

    private static String effect(TensorFacts facts) {
        return switch (facts.effect()) {
            case ACTS -> "it acts";
            case AT_START ->
                    "none: each layer still stands where training starts"
                            + (facts.others() == 0
                                    ? ""
                                    : "; whether its "
                                            + facts.others()
                                            + " other tensors differ from the base's, only the"
                                            + " base tells");
            default -> "not told by the tensors alone; load it on its base to see";
        };
    }

    private static void addPassport(List<String> lines, AdapterPassport passport) {
        ImmutableMap.Builder<String, Object> known = ImmutableMap.builder();
        passport.trainingData().ifPresent(data -> known.put("data", data));
        passport.trainingDataDigest().ifPresent(print -> known.put("data digest", print));
        Object seed = passport.trainingArguments().get("seed");
        if (seed != null) {
            known.put("seed", seed);
        }
        put(known, "metrics", passport.trainingMetrics());
        put(known, "versions", passport.versions());
        passport.basePrecision().ifPresent(held -> known.put("base held in", held.text()));
        passport.adapterFingerprint().ifPresent(print -> known.put("tensors", print));
        passport.maxLength().ifPresent(length -> known.put("max_length", length));
        passport.paddingSide().ifPresent(side -> known.put("padding_side", side));
        passport.pooling().ifPresent(pooling -> known.put("pooling", pooling));
        addAll(lines, known.buildOrThrow());
    }

    private static void put(
            ImmutableMap.Builder<String, Object> known, String name, Map<String, ?> values) {
        if (!values.isEmpty()) {
            known.put(name, values);
        }
    }

    private static void addAll(List<String> lines, Map<String, ? extends @Nullable Object> values) {
        if (values.isEmpty()) {
            lines.add("  none");
        }
        values.forEach((name, value) -> lines.add("  " + name + " = " + shown(value)));
    }

    /** A value on one line. */
    static String shown(@Nullable Object value) {
        return Text.cut(PythonJson.write(value).replaceAll("\\s*\\R\\s*", " "));
    }
}
