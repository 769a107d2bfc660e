package io.github.peft4j.internal.store;

import static java.util.Objects.requireNonNull;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import com.google.common.collect.Sets;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.FileTensor;
import io.github.peft4j.adapter.set.ModuleCopy;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.text.Names;
import io.github.peft4j.internal.text.StepLimit;
import io.github.peft4j.internal.text.Text;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.matching.PythonRegex;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.store.Effect;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.store.LoadReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the tensors of an adapter's file into an adapter: each file tensor is used once or
 * reported, each expected one is filled or reported, and nothing is written before all of them were
 * read.
 */
public final class TensorTransfer {

    private static final Logger logger = LoggerFactory.getLogger(TensorTransfer.class);
    private static final String PREFIX = "base_model.model.";

    private final AdapterSet set;
    private final String adapterName;
    private final Checkpoint checkpoint;
    private final LoadAdapterOptions options;
    private final NDManager scratch;
    private final ImmutableSet<String> known;
    private final long tokens;
    private final StepLimit keyMappingLimit = new StepLimit("keyMapping");
    private final Map<String, PythonRegex> keyMapping = new HashMap<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<String> mismatched = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final Map<FileTensor, NDArray> read = new LinkedHashMap<>();
    private String hint = "";

    private TensorTransfer(
            AdapterSet set,
            String adapterName,
            Checkpoint checkpoint,
            LoadAdapterOptions options,
            NDManager scratch,
            ImmutableSet<String> known,
            long tokens) {
        this.set = set;
        this.adapterName = adapterName;
        this.checkpoint = checkpoint;
        this.options = options;
        this.scratch = scratch;
        this.known = known;
        this.tokens = tokens;
    }

    /**
     * From a file into a set.
     *
     * @param scratch where the file's tensors live until the set has been initialized
     * @param known names in the file that are accounted for already
     * @param tokens how many the base has, or -1
     */
    public static TensorTransfer into(
            AdapterSet set,
            String name,
            Checkpoint checkpoint,
            LoadAdapterOptions options,
            NDManager scratch,
            ImmutableSet<String> known,
            long tokens) {
        return new TensorTransfer(set, name, checkpoint, options, scratch, known, tokens);
    }

    /**
     * Reads and checks everything; changes nothing yet.
     *
     * @param before warnings that the report starts with, logged already
     */
    public LoadReport read(ImmutableList<String> before) throws IOException {
        refuseRetired();
        warnings.addAll(before);
        Map<String, String> sources = new LinkedHashMap<>();
        List<String> unexpected = new ArrayList<>();
        for (String name : checkpoint.names()) {
            String key = key(name);
            if (key == null && (known.contains(name) || set.aliases().contains(name))) {
                continue;
            }
            if (key == null || sources.putIfAbsent(Names.shared(key), Names.shared(name)) != null) {
                unexpected.add(name);
            }
        }
        refuseWriteOnly();
        ImmutableSet<String> lacking =
                Sets.difference(set.file().keySet(), sources.keySet()).immutableCopy();
        hint = KeyHint.of(unexpected, lacking).map(KeyHint::cure).orElse("");
        findMissing(sources.keySet());
        checkShapes(sources);
        warn(unexpected);
        readTensors(sources);
        warnings.subList(before.size(), warnings.size()).forEach(logger::warn);
        return new LoadReport(
                ImmutableList.copyOf(missing),
                ImmutableList.copyOf(unexpected),
                ImmutableList.copyOf(warnings),
                checkpoint.directory(),
                targets(sources),
                Effect.NOT_ASKED);
    }

    private static ImmutableMap<String, String> targets(Map<String, String> sources) {
        ImmutableMap.Builder<String, String> targets = ImmutableMap.builder();
        sources.forEach((key, name) -> targets.put(name, key));
        return targets.buildOrThrow();
    }

    /** How to read names that are none of the adapter's; usually empty. */
    String hint() {
        return hint;
    }

    private void refuseRetired() throws IOException {
        for (Map.Entry<String, String> part : set.retired().entrySet()) {
            for (String name : checkpoint.names()) {
                if (name.contains(part.getKey())) {
                    throw new IOException(
                            checkpoint.directory() + " holds " + name + ": " + part.getValue());
                }
            }
        }
    }

    /** In which types the file holds the copies of modules, where that is not float32. */
    public ImmutableMap<String, Dtype> storedTypes() {
        ImmutableSet<Parameter> copies =
                set.savedModules().values().stream()
                        .map(ModuleCopy::parameter)
                        .collect(ImmutableSet.toImmutableSet());
        ImmutableMap.Builder<String, Dtype> types = ImmutableMap.builder();
        for (String name : checkpoint.names()) {
            String key = key(name);
            Dtype type = checkpoint.dtype(name);
            boolean half = type == Dtype.BF16 || type == Dtype.F16;
            if (key != null && half && copies.contains(set.tensors().get(key))) {
                types.put(key, type);
            }
        }
        return types.buildKeepingLast();
    }

    /** The adapter's key for a name in the file, or null if it has none. */
    private @Nullable String key(String name) {
        String mapped = mapped(name);
        String key = keyOfNow(mapped);
        return key != null ? key : keyOfNow(withoutAdapterName(mapped));
    }

    private @Nullable String keyOfNow(String name) {
        String key = set.former().getOrDefault(name, name);
        return set.file().containsKey(key) ? key : null;
    }

    private String mapped(String name) {
        String prefix = name.startsWith(PREFIX) ? PREFIX : "";
        String rest = name.substring(prefix.length());
        for (Map.Entry<String, String> rule : options.keyMapping().entrySet()) {
            String regex = rule.getKey();
            String replaced =
                    keyMapping
                            .computeIfAbsent(
                                    regex,
                                    key ->
                                            PythonRegex.compile(
                                                    "keyMapping", key, key, keyMappingLimit))
                            .replaceFirst(rest, rule.getValue());
            if (!replaced.equals(rest)) {
                return prefix + replaced;
            }
        }
        return name;
    }

    /** A state dict may still hold the adapter's name, as the last part or the one before it. */
    private String withoutAdapterName(String key) {
        List<String> parts = new ArrayList<>(List.of(key.split("\\.", -1)));
        for (int i = parts.size() - 1; i >= Math.max(0, parts.size() - 2); i--) {
            if (parts.get(i).equals(adapterName)) {
                parts.remove(i);
                return Joiner.on('.').join(parts);
            }
        }
        return key;
    }

    private void refuseWriteOnly() {
        set.file()
                .forEach(
                        (key, tensor) -> {
                            String reason = tensor.writeOnly();
                            if (reason != null) {
                                throw new IllegalArgumentException(
                                        checkpoint.directory() + ": " + key + ": " + reason);
                            }
                        });
    }

    private void findMissing(Iterable<String> found) throws IOException {
        ImmutableSet<String> present = ImmutableSet.copyOf(found);
        ImmutableSet.Builder<Parameter> strict = ImmutableSet.builder();
        for (ModuleCopy saved : set.savedModules().values()) {
            strict.add(saved.parameter());
        }
        ImmutableSet<Parameter> required = strict.build();
        List<String> heads = new ArrayList<>();
        List<String> own = new ArrayList<>();
        for (String key : set.file().keySet()) {
            if (!present.contains(key)) {
                if (required.contains(set.tensors().get(key))) {
                    heads.add(key);
                } else {
                    (expected(key).required() ? own : missing).add(key);
                }
            }
        }
        refuseWithout(
                heads,
                "tensors of modules that are saved whole",
                "Save the adapter again with its modules_to_save, or load it for the task it was"
                        + " trained for.");
        refuseWithout(
                own,
                "tensors that the config asks for and that have no start",
                "Save the adapter again, or check peft_type and trainable_token_indices in "
                        + PeftConfig.FILE_NAME
                        + ".");
    }

    private void refuseWithout(List<String> keys, String what, String cure) throws IOException {
        if (!keys.isEmpty()) {
            throw new IOException(
                    checkpoint.directory()
                            + " lacks "
                            + what
                            + ": "
                            + Text.of(keys)
                            + ". It holds: "
                            + Text.of(checkpoint.names())
                            + ". "
                            + (hint.isEmpty() ? cure : hint.trim()));
        }
    }

    private void checkShapes(Map<String, String> sources) throws IOException {
        List<String> wrong = new ArrayList<>();
        Set<Long> vocabularies = new TreeSet<>();
        sources.forEach(
                (key, name) -> {
                    Shape expected = expected(key).shape();
                    Shape found = checkpoint.shape(name);
                    if (!expected.equals(found)) {
                        wrong.add(name + " is " + found + ", the adapter needs " + expected);
                        mismatched.add(key);
                        vocabularies.add(EmbeddingsInFile.vocabulary(found, expected, tokens));
                    }
                });
        if (wrong.isEmpty()) {
            return;
        }
        if (!options.ignoreMismatchedSizes()) {
            throw new IOException(
                    "Size mismatch in "
                            + checkpoint.directory()
                            + ": "
                            + Text.of(wrong)
                            + cure(vocabularies)
                            + ", or pass optIgnoreMismatchedSizes(true) to leave these out.");
        }
        mismatched.forEach(sources::remove);
        missing.addAll(mismatched);
        warnings.add("Tensors of another size were left out: " + Text.of(wrong) + ".");
    }

    private String cure(Set<Long> vocabularies) {
        long wanted = vocabularies.iterator().next();
        return vocabularies.size() == 1 && wanted >= 0
                ? ". " + EmbeddingsInFile.cure(wanted, tokens)
                : ". Check r, rank_pattern and the base model in " + PeftConfig.FILE_NAME;
    }

    private void warn(List<String> unexpected) {
        if (!missing.isEmpty()) {
            String all = missing.size() == set.file().size() ? "; the adapter does nothing" : "";
            warnings.add(
                    checkpoint.directory()
                            + " lacks "
                            + missing.size()
                            + " tensors of the adapter, which keep their start values"
                            + all
                            + ": "
                            + Text.of(missing)
                            + ".");
        }
        if (!unexpected.isEmpty()) {
            warnings.add(
                    checkpoint.directory()
                            + " holds "
                            + unexpected.size()
                            + " tensors that belong to no part of the adapter: "
                            + Text.of(unexpected)
                            + "."
                            + hint);
        }
    }

    private void readTensors(Map<String, String> sources) throws IOException {
        try (Gradients off = Gradients.off()) {
            for (Map.Entry<String, String> source : sources.entrySet()) {
                NDArray array = checkpoint.load(scratch, source.getValue());
                FileTensor target = expected(source.getKey());
                checkKind(source.getValue(), array, target);
                read.put(target, target.integers() ? array : Ops.toFloat32(array));
            }
            if (!options.trainable()) {
                read.putAll(TensorOps.smallInOneMemory(read));
            }
        }
    }

    /** Puts what was read into the adapter. */
    public void apply() {
        try (Gradients off = Gradients.off()) {
            read.forEach(FileTensor::read);
        }
    }

    /** Copies what was read to an adapter with the same tensors; false if sizes have changed. */
    boolean copyTo(Map<String, FileTensor> others) {
        Map<FileTensor, NDArray> values = new LinkedHashMap<>();
        for (String key : Maps.filterValues(set.file(), read::containsKey).keySet()) {
            values.put(requireNonNull(others.get(key)), requireNonNull(read.get(expected(key))));
        }
        boolean fits = Maps.filterEntries(values, e -> !e.getKey().takes(e.getValue())).isEmpty();
        if (fits) {
            values.forEach(FileTensor::read);
        }
        return fits;
    }

    private void checkKind(String name, NDArray array, FileTensor target) throws IOException {
        boolean floating = array.getDataType().isFloating();
        if (floating == target.integers()) {
            throw new IOException(
                    checkpoint.directory()
                            + ": "
                            + name
                            + " has type "
                            + array.getDataType()
                            + (floating
                                    ? "; this tensor holds integers."
                                    : "; adapter tensors are floating point."));
        }
    }

    private FileTensor expected(String key) {
        FileTensor tensor = set.file().get(key);
        if (tensor == null) {
            throw new IllegalStateException("No tensor " + key);
        }
        return tensor;
    }
}
