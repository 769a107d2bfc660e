package io.github.peft4j.transformers.part;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.model.ModuleTree;
import io.github.peft4j.nn.Module;
import java.util.HashMap;
import java.util.Map;

/**
 * A module whose members stand at dotted paths of a checkpoint; the steps between are made as they
 * are needed. So families that differ in names alone can share what computes.
 */
public class PathGroup extends Module {

    private final Map<String, PathGroup> groups = new HashMap<>();

    /** Creates an empty group. */
    public PathGroup() {}

    /** Adds a member at a path such as {@code attention.self.query} and returns it. */
    public final <B extends Block> B at(String path, B block) {
        int dot = path.lastIndexOf('.');
        return dot < 0
                ? child(path, block)
                : group(path.substring(0, dot)).at(path.substring(dot + 1), block);
    }

    /** Adds a bias of this size that belongs to the group at a path itself, and returns it. */
    public final Parameter biasOf(String path, long size) {
        return group(path).parameter("bias", Parameter.Type.BIAS, size);
    }

    /** The members right below by name, as a head hands them to its model. */
    public final Map<String, Module> members() {
        ImmutableMap.Builder<String, Module> members = ImmutableMap.builder();
        ModuleTree.children(this).forEach((name, block) -> members.put(name, (Module) block));
        return members.buildOrThrow();
    }

    private PathGroup group(String path) {
        int dot = path.indexOf('.');
        String name = dot < 0 ? path : path.substring(0, dot);
        PathGroup known = groups.get(name);
        if (known == null) {
            known = child(name, new PathGroup());
            groups.put(name, known);
        }
        return dot < 0 ? known : known.group(path.substring(dot + 1));
    }
}
