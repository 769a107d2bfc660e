package io.github.peft4j.model;

import ai.djl.nn.Block;
import ai.djl.nn.BlockList;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Convolution;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.util.Pair;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Walks a tree of blocks and names its modules and parameters as a checkpoint does.
 *
 * <p>DJL puts a child's ordinal before its name ({@code 01query}); the walk takes it off again.
 * Where names of siblings would then collide, as in a {@code SequentialBlock} of several {@code
 * Linear}s, they keep it ({@code 01Linear}).
 */
public final class ModuleTree {

    private ModuleTree() {}

    /**
     * All modules below the root, parents before children, in order; one that stands at several
     * places is named by the first.
     */
    public static List<LayerSite> sites(Block root) {
        ImmutableList.Builder<LayerSite> sites = ImmutableList.builder();
        addSites("", root, Sets.newIdentityHashSet(), sites);
        return sites.build();
    }

    /** All parameters by dotted name, in order; one that is shared stands under its first name. */
    public static Map<String, Parameter> parameters(Block root) {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        addParameters("", root, Sets.newIdentityHashSet(), parameters);
        return ImmutableMap.copyOf(parameters);
    }

    /** The direct children by name, without DJL's ordinals where that is unambiguous. */
    public static Map<String, Block> children(Block block) {
        ImmutableMap.Builder<String, Block> named = ImmutableMap.builder();
        List<String> names = childNames(block.getChildren());
        List<Block> children = block.getChildren().values();
        for (int i = 0; i < names.size(); i++) {
            named.put(names.get(i), children.get(i));
        }
        return named.buildOrThrow();
    }

    private static void addSites(
            String prefix, Block block, Set<Block> seen, ImmutableList.Builder<LayerSite> sites) {
        children(block)
                .forEach(
                        (name, child) -> {
                            if (seen.add(child)) {
                                String path = prefix + name;
                                sites.add(site(path, child));
                                addSites(path + ".", child, seen, sites);
                            }
                        });
    }

    private static void addParameters(
            String prefix, Block block, Set<Parameter> seen, Map<String, Parameter> all) {
        for (Pair<String, Parameter> pair : block.getDirectParameters()) {
            if (seen.add(pair.getValue())) {
                all.put(prefix + pair.getKey(), pair.getValue());
            }
        }
        children(block)
                .forEach((name, child) -> addParameters(prefix + name + ".", child, seen, all));
    }

    /** The children's names without ordinals, or with them where the bare names collide. */
    static List<String> childNames(BlockList children) {
        List<String> bare = new ArrayList<>();
        Map<String, Integer> counts = new HashMap<>();
        List<String> keys = children.keys();
        for (int i = 0; i < keys.size(); i++) {
            String ordinal = String.format(Locale.ROOT, "%02d", i + 1);
            String key = keys.get(i);
            String name = key.startsWith(ordinal) ? key.substring(ordinal.length()) : key;
            name = name.isEmpty() ? key : name;
            bare.add(name);
            counts.merge(name, 1, Integer::sum);
        }
        for (int i = 0; i < keys.size(); i++) {
            if (counts.getOrDefault(bare.get(i), 0) > 1) {
                bare.set(i, keys.get(i));
            }
        }
        return bare;
    }

    private static LayerSite site(String path, Block block) {
        if (block instanceof WeightedLayer layer) {
            return new LayerSite(path, layer.kind(), block, layer.weight(), layer.bias());
        }
        if (block instanceof Linear) {
            return stock(path, LayerKind.LINEAR, block, "weight", "bias");
        }
        if (block instanceof Embedding) {
            return stock(path, LayerKind.EMBEDDING, block, "embedding", "");
        }
        if (block instanceof Convolution) {
            return stock(path, LayerKind.CONVOLUTION, block, "weight", "bias");
        }
        if (block instanceof LayerNorm || block instanceof BatchNorm) {
            return stock(path, LayerKind.NORM, block, "gamma", "beta");
        }
        return new LayerSite(path, LayerKind.OTHER, block, null, null);
    }

    private static LayerSite stock(
            String path, LayerKind kind, Block block, String weight, String bias) {
        return new LayerSite(path, kind, block, find(block, weight), find(block, bias));
    }

    private static @Nullable Parameter find(Block block, String name) {
        for (Pair<String, Parameter> pair : block.getDirectParameters()) {
            if (pair.getKey().equals(name)) {
                return pair.getValue();
            }
        }
        return null;
    }
}
