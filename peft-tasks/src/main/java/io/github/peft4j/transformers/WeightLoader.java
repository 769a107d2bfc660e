package io.github.peft4j.transformers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import com.google.common.collect.Maps;
import io.github.peft4j.exception.MalformedTensorFileException;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.io.HeldTensors;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.model.ResizedTables;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.transformers.checkpoint.CheckpointKeys;
import io.github.peft4j.transformers.family.FamilyParts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills a model's parameters from a checkpoint: each tensor goes where its key says, with the base
 * prefix added or stripped; a head that the file lacks starts fresh; anything else that is missing
 * or does not fit is an error.
 */
final class WeightLoader {

    private static final Logger logger = LoggerFactory.getLogger(WeightLoader.class);

    private static final int SHOWN = 10;

    private final Checkpoint checkpoint;
    private final NDManager manager;
    private final FamilyParts parts;
    private final String prefix;
    private final Map<Parameter, String> filled = new HashMap<>();
    private final Map<Path, HeldTensors> held = new HashMap<>();

    /**
     * What the caller asks for besides what the file holds.
     *
     * @param ownHead whether the head may differ from the file's, and start fresh without a warning
     * @param labels outputs of a head that has labels, else 0
     * @param vocabSize rows of the token tables; 0 for those of the file
     * @param headFromAdapter whether an adapter will bring the head
     */
    record Wishes(boolean ownHead, int labels, int vocabSize, boolean headFromAdapter) {}

    /**
     * How the parameters stand in the checkpoint.
     *
     * @param types theirs in the file
     * @param resized tables of another size than the file's
     */
    record Filled(Map<String, DataType> types, ResizedTables resized) {}

    WeightLoader(Checkpoint checkpoint, NDManager manager, FamilyParts parts) {
        this.checkpoint = checkpoint;
        this.manager = manager;
        this.parts = parts;
        this.prefix = parts.prefix() + ".";
    }

    /**
     * Fills the parameters.
     *
     * @param wishes what the caller has asked for besides what the file holds
     * @param mayBeHeld parameters that keep the type of their file
     * @throws IOException if a tensor is missing, of the wrong shape, or unreadable
     */
    Filled fill(Map<String, Parameter> parameters, Wishes wishes, Set<Parameter> mayBeHeld)
            throws IOException {
        Map<String, String> sources = match(parameters);
        Map<String, Integer> resized = check(parameters, sources, wishes);
        List<String> fresh = new ArrayList<>();
        for (Map.Entry<String, Parameter> entry : parameters.entrySet()) {
            Parameter parameter = entry.getValue();
            String source = sources.get(entry.getKey());
            if (source == null) {
                if (!wishes.ownHead() || !isIn(headModules(), entry.getKey())) {
                    fresh.add(entry.getKey());
                }
                set(parameter, fresh(parameter, parts.initializerRange()));
            } else {
                Integer axis = resized.get(entry.getKey());
                if (axis != null) {
                    set(parameter, resized(load(source), axis, wishes.vocabSize()));
                } else {
                    set(parameter, mayBeHeld.contains(parameter) ? loadHeld(source) : load(source));
                    filled.put(parameter, source);
                }
            }
        }
        // A model with a head says so when it runs without an adapter that brings one.
        if (!fresh.isEmpty() && headModules().isEmpty()) {
            logger.warn(
                    "{} tensors are not in {} and start fresh: {}. Train them before use.",
                    fresh.size(),
                    checkpoint.directory(),
                    shown(fresh));
        }
        return new Filled(
                Maps.transformValues(sources, source -> type(checkpoint.dtype(source))),
                new ResizedTables(tokens(sources), byRows(parameters, resized)));
    }

    private static List<Parameter> byRows(
            Map<String, Parameter> parameters, Map<String, Integer> resized) {
        ImmutableList.Builder<Parameter> tables = ImmutableList.builder();
        resized.forEach(
                (name, axis) -> {
                    Parameter table = parameters.get(name);
                    if (table != null && axis == 0) {
                        tables.add(table);
                    }
                });
        return tables.build();
    }

    private static DataType type(Dtype inFile) {
        return inFile == Dtype.BF16
                ? DataType.BFLOAT16
                : inFile == Dtype.F16 ? DataType.FLOAT16 : DataType.FLOAT32;
    }

    private static boolean isIn(List<String> modules, String name) {
        return Iterables.any(modules, module -> name.startsWith(module + "."));
    }

    /** Parameter name to the checkpoint's own name for it. */
    private Map<String, String> match(Map<String, Parameter> parameters) {
        Map<String, String> sources = new LinkedHashMap<>();
        for (String name : checkpoint.names()) {
            String target = target(CheckpointKeys.modern(name), parameters);
            if (target != null) {
                sources.putIfAbsent(target, name);
            }
        }
        parts.aliases()
                .forEach(
                        (parameter, key) -> {
                            for (String name : new String[] {key, prefix + key}) {
                                if (checkpoint.names().contains(name)) {
                                    sources.putIfAbsent(parameter, name);
                                }
                            }
                        });
        return sources;
    }

    private @Nullable String target(String name, Map<String, Parameter> parameters) {
        if (parameters.containsKey(name)) {
            return name;
        }
        if (parameters.containsKey(prefix + name)) {
            return prefix + name;
        }
        String stripped = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
        return parameters.containsKey(stripped) ? stripped : null;
    }

    private List<String> headModules() {
        return ImmutableList.copyOf(parts.head().modules().keySet());
    }

    /**
     * Refuses what is missing or does not fit, and takes the tensors of another head out.
     *
     * @return the axis of the vocabulary, by parameter, of tensors that are to be resized
     */
    private Map<String, Integer> check(
            Map<String, Parameter> parameters, Map<String, String> sources, Wishes wishes)
            throws IOException {
        ImmutableList<String> mayBeFresh =
                ImmutableList.<String>builder()
                        .addAll(headModules())
                        .addAll(parts.mayBeFresh())
                        .build();
        Map<String, Integer> resized = new LinkedHashMap<>();
        List<String> leftOut = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        long tokens = tokens(sources);
        for (Map.Entry<String, Parameter> entry : parameters.entrySet()) {
            String name = entry.getKey();
            String source = sources.get(name);
            if (source == null) {
                if (!isIn(mayBeFresh, name)) {
                    missing.add(name);
                }
                continue;
            }
            Shape expected = entry.getValue().getShape();
            Shape found = checkpoint.shape(source);
            if (expected.equals(found)) {
                continue;
            }
            int axis = axis(found, expected, tokens, wishes.vocabSize());
            boolean labels =
                    isIn(headModules(), name)
                            && found.dimension() > 0
                            && axis(found, expected, found.get(0), wishes.labels()) == 0;
            if (axis >= 0) {
                resized.put(name, axis);
            } else if (labels && wishes.ownHead()) {
                leftOut.add(source + " " + found);
                sources.remove(name);
            } else {
                throw new IOException(
                        labels
                                ? otherLabels(source, found, wishes)
                                : mismatch(source, found, expected));
            }
        }
        if (!leftOut.isEmpty() && !wishes.headFromAdapter()) {
            logger.warn(
                    "The head of {} has another number of labels than the {} asked for. Left out: {}."
                            + " The head starts fresh; train it before use.",
                    checkpoint.directory(),
                    wishes.labels(),
                    shown(leftOut));
        }
        if (!missing.isEmpty()) {
            throw new IOException(
                    checkpoint.directory()
                            + " lacks "
                            + missing.size()
                            + " tensors: "
                            + shown(missing)
                            + ". It holds: "
                            + shown(checkpoint.names())
                            + ". Check that config.json and the weights belong together.");
        }
        return resized;
    }

    /** How many tokens the checkpoint has: the rows of its token table. */
    private long tokens(Map<String, String> sources) {
        String table = (parts.bare() ? "" : prefix) + parts.inputEmbedding() + ".weight";
        String source = sources.get(table);
        return source == null ? -1 : checkpoint.shape(source).get(0);
    }

    /** The only axis in which two shapes differ, if they are of these sizes there; else -1. */
    private static int axis(Shape found, Shape expected, long size, long wanted) {
        int axis = -1;
        for (int i = 0;
                i < expected.dimension() && found.dimension() == expected.dimension();
                i++) {
            if (found.get(i) != expected.get(i)) {
                if (axis >= 0 || found.get(i) != size || expected.get(i) != wanted) {
                    return -1;
                }
                axis = i;
            }
        }
        return axis;
    }

    private String otherLabels(String source, Shape found, Wishes wishes) {
        return "The head of "
                + checkpoint.directory()
                + " has "
                + found.get(0)
                + " labels ("
                + source
                + " is "
                + found
                + "), but num_labels and id2label of config.json ask for "
                + wishes.labels()
                + ". Name its "
                + found.get(0)
                + " labels with LoadOptions.optLabels to keep this head, or labels of your own to"
                + " start a fresh one.";
    }

    private String mismatch(String source, Shape found, Shape expected) {
        return source
                + " in "
                + checkpoint.directory()
                + " is "
                + found
                + ", but the config asks for "
                + expected
                + ". Take the config.json of this checkpoint.";
    }

    /**
     * Cuts a tensor to the vocabulary, or adds what transformers adds: the mean of a table's rows,
     * zeros to a bias.
     */
    private NDArray resized(NDArray array, int axis, long wanted) {
        long size = array.getShape().get(axis);
        boolean isBias = array.size() == size;
        try (NDManager scratch = manager.newSubManager()) {
            array.attach(scratch);
            NDArray result;
            if (wanted < size) {
                NDIndex rows = new NDIndex().addAllDim(axis).addSliceDim(0, wanted);
                NDArray kept = array.get(scratch, rows);
                result = scratch.zeros(kept.getShape());
                TensorOps.copy(result, kept);
            } else {
                NDArray mean = array.mean(new int[] {axis}, true);
                NDArray row = isBias ? mean.zerosLike() : mean;
                result = array.concat(row.repeat(axis, wanted - size), axis);
            }
            result.attach(manager);
            return result;
        }
    }

    /** The float32 numbers of a parameter as they stand in the file, or null if it has others. */
    @Nullable NDArray read(Parameter parameter, NDManager scratch) throws IOException {
        String source = filled.get(parameter);
        return source == null ? null : checkpoint.loadCopy(scratch, source);
    }

    private NDArray loadHeld(String name) throws IOException {
        HeldTensors tensors =
                held.computeIfAbsent(checkpoint.file(name), file -> checkpoint.held(manager, name));
        return tensors.has(name) ? tensors.load(name) : load(name);
    }

    private NDArray load(String name) throws IOException {
        NDArray array = checkpoint.load(manager, name);
        if (array.getDataType() != DataType.FLOAT32) {
            array.close();
            throw new MalformedTensorFileException(
                    checkpoint.directory(),
                    name
                            + " has type "
                            + checkpoint.dtype(name)
                            + "; weights must be F32, F16 or BF16");
        }
        return array;
    }

    private NDArray fresh(Parameter parameter, double range) {
        Shape shape = parameter.getShape();
        return switch (parameter.getType()) {
            case WEIGHT -> manager.randomNormal(0f, (float) range, shape, DataType.FLOAT32);
            case GAMMA -> manager.ones(shape);
            default -> manager.zeros(shape);
        };
    }

    private static void set(Parameter parameter, NDArray array) {
        parameter.setShape(null);
        parameter.setArray(array);
        parameter.freeze(true);
    }

    private static String shown(Iterable<String> names) {
        String text =
                Joiner.on(", ")
                        .join(
                                Iterables.transform(
                                        Iterables.limit(names, SHOWN), JsonReasons::shown));
        return Iterables.size(names) > SHOWN ? text + ", ..." : text;
    }
}
