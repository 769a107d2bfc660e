package io.github.peft4j.inspect;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.CommonOptions;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.store.Effect;
import io.github.peft4j.store.NonFiniteCheck;
import io.github.peft4j.store.TensorFingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an adapter's folder is, read without its base: of this library or of Python.
 *
 * @param folder where it is
 * @param config its config
 * @param passport empty where it has none, as Python's
 * @param tensors what its tensors are
 * @param warnings what is odd: numbers that are not finite, tensors that the passport does not
 *     know, keys of the config that mean nothing
 */
public record AdapterInspection(
        Path folder,
        PeftConfig config,
        AdapterPassport passport,
        TensorFacts tensors,
        List<String> warnings) {

    /** Copies the list. */
    public AdapterInspection {
        warnings = ImmutableList.copyOf(warnings);
    }

    /**
     * Reads a folder and changes nothing.
     *
     * @param folder adapter_config.json and adapter_model.safetensors
     * @throws IOException if a file is missing or broken
     * @throws IllegalArgumentException if a field of the config is wrong
     */
    public static AdapterInspection of(Path folder) throws IOException {
        try (OpenAdapter adapter = OpenAdapter.open(folder)) {
            return new AdapterInspection(
                    folder,
                    adapter.config(),
                    adapter.passport(),
                    facts(adapter),
                    warnings(adapter));
        }
    }

    private static TensorFacts facts(OpenAdapter adapter) throws IOException {
        Checkpoint file = adapter.file();
        long bytes = 0;
        for (Path each : file.files()) {
            bytes += Files.size(each);
        }
        long parameters = file.names().stream().mapToLong(adapter::size).sum();
        Map<Long, Integer> ranks = new TreeMap<>();
        adapter.pairs().values().forEach(pair -> ranks.merge(pair.rank(), 1, Integer::sum));
        List<List<String>> places =
                adapter.factors().stream()
                        .flatMap(group -> adapter.places(group).values().stream())
                        .toList();
        Set<String> others = new HashSet<>(file.names());
        places.forEach(others::removeAll);
        return new TensorFacts(
                file.names().size(),
                parameters,
                bytes,
                adapter.types(),
                ranks,
                effect(adapter, places),
                others.size());
    }

    /** Stops at the first place that contributes. */
    private static Effect effect(OpenAdapter adapter, List<List<String>> places)
            throws IOException {
        boolean told = places.stream().flatMap(List::stream).allMatch(adapter::loads);
        if (places.isEmpty() || !told) {
            return Effect.NOT_ASKED;
        }
        for (List<String> place : places) {
            if (contributes(adapter, place)) {
                return Effect.ACTS;
            }
        }
        return Effect.AT_START;
    }

    private static boolean contributes(OpenAdapter adapter, List<String> place) throws IOException {
        try (NDManager manager = Engines.newManager();
                Gradients off = Gradients.off()) {
            for (String key : place) {
                NDArray tensor = adapter.load(manager, key);
                if (TensorOps.isZero(tensor)) {
                    return false;
                }
            }
            return true;
        }
    }

    private static List<String> warnings(OpenAdapter adapter) throws IOException {
        ImmutableList.Builder<String> odd = ImmutableList.builder();
        odd.addAll(adapter.loaded().warnings());
        Checkpoint file = adapter.file();
        NonFiniteCheck.warning("The adapter in " + adapter.folder(), file.names(), file::view)
                .ifPresent(odd::add);
        TensorFingerprint.differences(adapter.passport(), file.names(), file::view)
                .ifPresent(
                        which ->
                                odd.add(
                                        "The tensors are not those that %s was written for%s, so this library refuses to load them. Copy the folder again; if they were changed on purpose, delete that file."
                                                .formatted(
                                                        AdapterPassport.FILE_NAME,
                                                        which.isEmpty()
                                                                ? ""
                                                                : " (" + which + ")")));
        return odd.build();
    }

    /** The options of the config whose values are not PEFT's defaults, as JSON values. */
    public Map<String, @Nullable Object> changedOptions() {
        Set<String> elsewhere =
                ImmutableSet.of(
                        CommonOptions.TASK_TYPE.key(), CommonOptions.BASE_MODEL_NAME_OR_PATH.key());
        Map<String, @Nullable Object> all = config.toMap();
        Map<String, @Nullable Object> changed = new TreeMap<>();
        for (Option<?> option : config.type().options()) {
            boolean same =
                    Objects.equals(
                            option.standard().orElse(null), config.find(option).orElse(null));
            if (!same && !elsewhere.contains(option.key())) {
                changed.put(option.key(), all.get(option.key()));
            }
        }
        return changed;
    }

    /** The task, of the config or else of the passport. */
    public Optional<TaskType> taskType() {
        return config.taskType().or(passport::taskType);
    }

    /** The base's name, of the config or else of the passport. */
    public Optional<String> baseNameOrPath() {
        return config.baseModelNameOrPath().or(passport::baseNameOrPath);
    }

    /** All of it as JSON values; what is not known is left out. */
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("folder", folder.toString());
        map.put("peft_type", config.peftType().name());
        taskType().ifPresent(task -> map.put("task_type", task.name()));
        map.put("labels", passport.labels());
        baseNameOrPath().ifPresent(name -> map.put("base", name));
        passport.baseFingerprint().ifPresent(print -> map.put("base_fingerprint", print));
        map.put("changed_options", changedOptions());
        map.put("tensors", tensors.tensors());
        map.put("parameters", tensors.parameters());
        map.put("bytes", tensors.bytes());
        map.put("types", tensors.types());
        map.put("ranks", tensors.ranks());
        map.put("effect", tensors.effect().name());
        map.put("other_tensors", tensors.others());
        map.put("passport", passportValues(passport));
        map.put("warnings", warnings);
        return map;
    }

    /** A passport as it stands in its file. */
    static Map<String, @Nullable Object> passportValues(AdapterPassport passport) {
        try {
            return JsonValues.parseObject(passport.toJson(), AdapterPassport.FILE_NAME);
        } catch (IOException e) {
            throw new IllegalStateException(e); // it was written by this library a line above
        }
    }

    /** Some lines for people. */
    @Override
    public String toString() {
        return InspectionText.of(this);
    }
}
