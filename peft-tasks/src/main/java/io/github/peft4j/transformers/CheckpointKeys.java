package io.github.peft4j.transformers;

import com.google.common.collect.ImmutableSet;

/** The tensor names of a checkpoint, seen through the renames of old files. */
public final class CheckpointKeys {

    private final ImmutableSet<String> names;

    /** The names of a file. */
    public CheckpointKeys(Iterable<String> names) {
        ImmutableSet.Builder<String> renamed = ImmutableSet.builder();
        for (String name : names) {
            renamed.add(modern(name));
        }
        this.names = renamed.build();
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
    static String modern(String name) {
        if (name.endsWith("LayerNorm.gamma")) {
            return name.substring(0, name.length() - "gamma".length()) + "weight";
        }
        if (name.endsWith("LayerNorm.beta")) {
            return name.substring(0, name.length() - "beta".length()) + "bias";
        }
        return name;
    }
}
