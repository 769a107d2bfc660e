package io.github.peft4j.cli.conformance.play;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.DisabledAdapters;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.Comparison;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.cli.conformance.compare.Verdicts;
import io.github.peft4j.cli.conformance.compare.Wording;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.store.LoadReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Plays the steps of a case on one model and keeps what is to be compared. */
public final class MultiPlayer {

    private static final ImmutableSet<String> KNOWN =
            ImmutableSet.of(
                    "forward",
                    "set_adapter",
                    "disable_adapter",
                    "rescale",
                    "set_scale",
                    "load_adapter",
                    "delete_adapter",
                    "merge_adapter",
                    "unmerge_adapter",
                    "add_weighted_adapter",
                    "hotswap",
                    "merge_and_unload",
                    "unload",
                    "train");

    private final Path folder;
    private final PeftModel model;
    private final ModelInput input;
    private final ExpectedFile expected;
    private final Comparison comparison;
    private final LoadAdapterOptions options;
    private final List<Check> checks = new ArrayList<>();

    /**
     * Nothing has been played yet.
     *
     * @param options how the steps load adapters
     */
    public MultiPlayer(
            Path folder,
            PeftModel model,
            ModelInput input,
            ExpectedFile expected,
            Comparison comparison,
            LoadAdapterOptions options) {
        this.folder = folder;
        this.model = model;
        this.input = input;
        this.expected = expected;
        this.comparison = comparison;
        this.options = options;
    }

    @FunctionalInterface
    private interface Check {
        void run() throws CaseFailure;
    }

    /** Refuses a step that {@link PeftModel} has no method for. */
    public static void requireKnown(JsonObject step) {
        String action = step.get("do").getAsString();
        if (!KNOWN.contains(action)) {
            throw new UnsupportedFeatureException(
                    "The step "
                            + action
                            + " has no method in this version. It plays "
                            + KNOWN
                            + ".");
        }
    }

    private static boolean mustFail(JsonObject step) {
        return step.has("fails") && step.get("fails").getAsBoolean();
    }

    /** Plays a step; what it must not do is found out by {@link #compareAll}. */
    public void play(JsonObject step) throws IOException {
        if (!mustFail(step)) {
            act(step);
            return;
        }
        try {
            act(step);
            checks.add(
                    () -> {
                        throw new CaseFailure("accepted " + step + ", which Python refuses");
                    });
        } catch (UnsupportedFeatureException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            checks.add(() -> Verdicts.requireRefusal(e, names(step)));
        }
    }

    /** Compares what the steps gave. */
    public void compareAll() throws CaseFailure {
        for (Check check : checks) {
            check.run();
        }
    }

    private static ImmutableSet<String> names(JsonObject step) {
        String error = step.getAsJsonObject("error").get("text").getAsString();
        return ImmutableSet.<String>builder()
                .addAll(Wording.names(error))
                .addAll(Wording.names(args(step)))
                .build();
    }

    private static JsonObject args(JsonObject step) {
        return step.has("args") ? step.getAsJsonObject("args") : new JsonObject();
    }

    private void act(JsonObject step) throws IOException {
        JsonObject args = args(step);
        @Nullable ModelOutput output = null;
        switch (step.get("do").getAsString()) {
            case "forward" -> output = forward(args);
            case "set_adapter" ->
                    model.setAdapter(ExpectedFile.strings(args.get("name")).toArray(String[]::new));
            case "delete_adapter" -> model.deleteAdapter(args.get("name").getAsString());
            case "set_scale" ->
                    model.setScale(args.get("name").getAsString(), args.get("scale").getAsDouble());
            case "load_adapter" -> load(step, args);
            case "disable_adapter" -> {
                try (DisabledAdapters off = model.disableAdapter()) {
                    output = model.forward(input);
                }
            }
            case "rescale" ->
                    output = model.forward(input, rescaled(args.get("multiplier").getAsDouble()));
            case "merge_and_unload" -> output = merged(args);
            case "unload" -> {
                try (MergedModel unloaded = model.unload()) {
                    output = unloaded.forward(input);
                }
            }
            case "merge_adapter" -> {
                if (args.has("adapter_names")) {
                    model.mergeAdapter(list(args).toArray(String[]::new));
                } else {
                    model.mergeAdapter();
                }
            }
            case "unmerge_adapter" -> model.unmergeAdapter();
            case "hotswap" ->
                    model.hotswapAdapter(
                            folder.resolve(args.get("folder").getAsString()),
                            args.get("name").getAsString());
            case "add_weighted_adapter" -> WeightedStep.play(model, args);
            case "train" -> {
                TrainStep.Trained trained = TrainStep.play(model, input, args);
                String start = "train." + step.get("record").getAsString() + ".";
                checks.add(() -> trained.compare(start, comparison, expected));
            }
            default -> throw new IllegalStateException("Not checked beforehand: " + step);
        }
        if (step.has("state") && step.get("state").getAsBoolean()) {
            keepState(step);
        }
        if (step.has("record")) {
            ModelOutput given = output == null ? model.forward(input) : output;
            String start = "out." + step.get("record").getAsString() + ".";
            checks.add(() -> comparison.compareOutput(start, given, expected));
        }
    }

    private @Nullable ModelOutput forward(JsonObject args) {
        return args.has("adapter_names")
                ? model.forward(input, RowActivation.of(list(args)))
                : null;
    }

    private Activation rescaled(double multiplier) {
        Activation scaled = model.activation();
        for (String adapter : model.peftConfig().keySet()) {
            scaled = scaled.scale(adapter, scaled.scaleOf(adapter) * multiplier);
        }
        return scaled;
    }

    private ModelOutput merged(JsonObject args) {
        try (MergedModel merged =
                args.has("adapter_names")
                        ? model.mergeAndUnload(list(args).toArray(String[]::new))
                        : model.mergeAndUnload()) {
            return merged.forward(input);
        }
    }

    /** A single name in place of a list is refused, as the compiler refuses it in Java code. */
    private static ImmutableList<String> list(JsonObject args) {
        JsonElement names = args.get("adapter_names");
        if (!names.isJsonArray()) {
            throw new IllegalArgumentException("adapter_names " + names + " must be a list.");
        }
        return ExpectedFile.strings(names);
    }

    private void load(JsonObject step, JsonObject args) throws IOException {
        String name = args.get("name").getAsString();
        Path source = folder.resolve(args.get("folder").getAsString());
        LoadReport report = model.loadAdapter(source, name, options);
        if (step.has("missing_keys")) {
            checks.add(
                    () -> {
                        equalKeys("missing keys", report.missingKeys(), step, "missing_keys", name);
                        equalKeys(
                                "unexpected keys",
                                report.unexpectedKeys(),
                                step,
                                "unexpected_keys",
                                name);
                    });
        }
    }

    private void equalKeys(
            String what, List<String> ours, JsonObject step, String key, String adapter)
            throws CaseFailure {
        ImmutableSortedSet.Builder<String> theirs = ImmutableSortedSet.naturalOrder();
        ExpectedFile.strings(step.get(key)).forEach(each -> theirs.add(withoutName(each, adapter)));
        comparison.equal(what, ImmutableSortedSet.copyOf(ours), theirs.build());
    }

    /** Python's keys hold the adapter's name as the last part or the one before it. */
    private static String withoutName(String key, String adapter) {
        List<String> parts = new ArrayList<>(Arrays.asList(key.split("\\.", -1)));
        for (int i = parts.size() - 1; i >= Math.max(0, parts.size() - 2); i--) {
            if (parts.get(i).equals(adapter)) {
                parts.remove(i);
                break;
            }
        }
        return String.join(".", parts);
    }

    private void keepState(JsonObject step) {
        List<String> active = model.activeAdapters();
        ImmutableList<String> names = ImmutableList.copyOf(model.peftConfig().keySet());
        List<String> merged = model.mergedAdapters();
        boolean enabled = model.activation().enabled();
        checks.add(
                () -> {
                    comparison.equal(
                            "active adapters",
                            active,
                            ExpectedFile.strings(step.get("active_adapters")));
                    comparison.equal(
                            "adapters", names, ExpectedFile.strings(step.get("adapter_names")));
                    // Where copies of whole modules are active, PEFT calls its own state irregular.
                    if (step.has("merged_adapters") && step.get("merged_adapters").isJsonArray()) {
                        comparison.equal(
                                "merged adapters",
                                ImmutableSortedSet.copyOf(merged),
                                ImmutableSortedSet.copyOf(
                                        ExpectedFile.strings(step.get("merged_adapters"))));
                    }
                    if (step.has("enabled")) {
                        comparison.equal("enabled", enabled, step.get("enabled").getAsBoolean());
                    }
                });
    }
}
