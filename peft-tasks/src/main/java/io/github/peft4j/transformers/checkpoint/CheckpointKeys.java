package io.github.peft4j.transformers.checkpoint;

import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.io.checkpoint.Checkpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** The tensor names of a checkpoint, seen through the renames of old files. */
public final class CheckpointKeys {

    private final Checkpoint checkpoint;
    private final ImmutableSet<String> names;

    /** The names of an open checkpoint. */
    public CheckpointKeys(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
        ImmutableSet.Builder<String> renamed = ImmutableSet.builder();
        for (String name : checkpoint.names()) {
            renamed.add(modern(name));
        }
        this.names = renamed.build();
    }

    /** Whether there is a tensor of this name. */
    public boolean contains(String name) {
        return names.contains(name);
    }

    /**
     * Whether both tensors are there, with the base prefix or without, and hold different numbers:
     * what was tied once may have been trained apart.
     */
    public boolean differ(String one, String other) {
        String first = find(one);
        String second = find(other);
        if (first == null || second == null) {
            return false;
        }
        try (NDManager manager = Engines.newManager()) {
            return !checkpoint.load(manager, first).contentEquals(checkpoint.load(manager, second));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot compare " + one + " and " + other + ".", e);
        }
    }

    /**
     * Whether an output layer reads the token embedding: it does unless config.json says no, or the
     * file holds two tensors that differ.
     *
     * @param embedding full name of the token embedding's weight
     * @param output full name of the output layer's weight
     */
    public boolean tied(PretrainedConfig config, String embedding, String output) {
        return config.flag("tie_word_embeddings", true) && !differ(embedding, output);
    }

    /** The checkpoint's own name for a tensor, or null. */
    private @Nullable String find(String name) {
        if (checkpoint.names().contains(name)) {
            return name;
        }
        for (String own : checkpoint.names()) {
            if (own.endsWith("." + name)) {
                return own;
            }
        }
        return null;
    }

    /** Whether some tensor's name ends in this dotted suffix. */
    public boolean anyEndsWith(String suffix) {
        for (String name : names) {
            if (name.equals(suffix) || name.endsWith("." + suffix)) {
                return true;
            }
        }
        return false;
    }

    /** The name that today's files use: TensorFlow's gamma and beta are weight and bias. */
    public static String modern(String name) {
        if (name.endsWith("LayerNorm.gamma")) {
            return name.substring(0, name.length() - "gamma".length()) + "weight";
        }
        if (name.endsWith("LayerNorm.beta")) {
            return name.substring(0, name.length() - "beta".length()) + "bias";
        }
        return name;
    }
}
