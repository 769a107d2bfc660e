package io.github.peft4j.transformers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import com.google.common.collect.Maps;
import io.github.peft4j.exception.MalformedTensorFileException;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.transformers.checkpoint.CheckpointKeys;
import io.github.peft4j.transformers.family.FamilyParts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    WeightLoader(Checkpoint checkpoint, NDManager manager, FamilyParts parts) {
        this.checkpoint = checkpoint;
        this.manager = manager;
        this.parts = parts;
        this.prefix = parts.prefix() + ".";
    }

    /**
     * Fills the parameters.
     *
     * @param expected modules that may start fresh whose fresh start the caller has asked for
     * @return the types that the parameters have in the checkpoint
     * @throws IOException if a tensor is missing, of the wrong shape, or unreadable
     */
    Map<String, DataType> fill(Map<String, Parameter> parameters, List<String> expected)
            throws IOException {
        Map<String, String> sources = match(parameters);
        check(parameters, sources);
        List<String> fresh = new ArrayList<>();
        for (Map.Entry<String, Parameter> entry : parameters.entrySet()) {
            Parameter parameter = entry.getValue();
            String source = sources.get(entry.getKey());
            if (source == null) {
                if (!isIn(expected, entry.getKey())) {
                    fresh.add(entry.getKey());
                }
                set(parameter, fresh(parameter, parts.initializerRange()));
            } else {
                set(parameter, load(source));
            }
        }
        if (!fresh.isEmpty()) {
            logger.warn(
                    "{} tensors are not in {} and start fresh: {}. Train them before use.",
                    fresh.size(),
                    checkpoint.directory(),
                    shown(fresh));
        }
        return Maps.transformValues(sources, source -> type(checkpoint.dtype(source)));
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

    private void check(Map<String, Parameter> parameters, Map<String, String> sources)
            throws IOException {
        ImmutableList<String> mayBeFresh =
                ImmutableList.<String>builder()
                        .addAll(parts.head().modules().keySet())
                        .addAll(parts.mayBeFresh())
                        .build();
        List<String> missing = new ArrayList<>();
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
            if (!expected.equals(found)) {
                throw new IOException(
                        source
                                + " in "
                                + checkpoint.directory()
                                + " is "
                                + found
                                + ", but the config asks for "
                                + expected
                                + ". Take the config.json of this checkpoint (for a head: the"
                                + " number of labels it was trained with).");
            }
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
        String text = Joiner.on(", ").join(Iterables.limit(names, SHOWN));
        return Iterables.size(names) > SHOWN ? text + ", ..." : text;
    }
}
