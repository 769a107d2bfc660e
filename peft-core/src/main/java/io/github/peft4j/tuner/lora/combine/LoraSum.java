package io.github.peft4j.tuner.lora.combine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.combine.CombinationType;
import io.github.peft4j.combine.LayerEnergy;
import io.github.peft4j.combine.Summand;
import io.github.peft4j.combine.WeightedAdapterOptions;
import io.github.peft4j.combine.WeightedSum;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.combine.LowRankParts;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.layer.LoraPair;
import io.github.peft4j.tuner.lora.layer.PairAdapter;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A sum of LoRA adapters: the pair of each of its layers from the pairs that are there. */
public final class LoraSum implements WeightedSum<LoraConfig> {

    private final List<Summand<LoraConfig>> summands;
    private final CombinationType type;
    private final WeightedAdapterOptions options;
    private final LoraConfig config;
    private final MergeRule rule;

    /**
     * Checks what needs no model.
     *
     * @throws IllegalArgumentException if the adapters do not go together
     */
    public LoraSum(List<Summand<LoraConfig>> summands, WeightedAdapterOptions options) {
        this.summands = summands;
        this.options = options;
        type = summands.size() == 1 ? CombinationType.LINEAR : options.combinationType();
        config = SumConfig.of(summands, type, options);
        rule = new MergeRule(type, options);
    }

    @Override
    public LoraConfig config() {
        return config;
    }

    @Override
    public List<LayerEnergy> fill(AdapterSet sum, NDManager scratch) {
        ImmutableList.Builder<LayerEnergy> energies = ImmutableList.builder();
        for (Map.Entry<String, Adapter> layer : sum.layers().entrySet()) {
            if (layer.getValue() instanceof PairAdapter adapter) {
                List<Part> parts = parts(layer.getKey());
                fill(layer.getKey(), adapter.pair(), parts, scratch, energies);
            }
        }
        return energies.build();
    }

    /** An adapter's pair at a layer, and its weight. */
    private record Part(double weight, LoraPair pair) {

        /** The weight with the scale: c. */
        double scaled() {
            return weight * pair.scaling();
        }
    }

    private List<Part> parts(String path) {
        ImmutableList.Builder<Part> parts = ImmutableList.builder();
        for (Summand<LoraConfig> summand : summands) {
            if (summand.set().layers().get(path) instanceof PairAdapter adapter) {
                parts.add(new Part(summand.weight(), adapter.pair()));
            }
        }
        return parts.build();
    }

    private void fill(
            String path,
            LoraPair target,
            List<Part> parts,
            NDManager scratch,
            ImmutableList.Builder<LayerEnergy> energies) {
        requireOneGroup(path, target);
        try (NDManager layer = scratch.newSubManager()) {
            NDList factors =
                    switch (type.acts()) {
                        case SIDE_BY_SIDE -> stacked(parts, layer);
                        case ON_FACTORS -> addedFactors(path, parts, layer);
                        case ON_PRODUCTS -> decomposed(path, parts, layer, energies);
                    };
            boolean scales = options.exactScale() && config.useRslora();
            NDArray b = factors.get(1);
            NDArray up = scales ? Ops.scale(b, 1 / Math.sqrt(config.r())) : b;
            target.put(factors.get(0), up, scratch);
        }
    }

    private void requireOneGroup(String path, LoraPair target) {
        if (target.groups() > 1 && type.acts() != CombinationType.Acts.ON_FACTORS) {
            throw new UnsupportedFeatureException(
                    "Layer "
                            + path
                            + " is a convolution in "
                            + target.groups()
                            + " groups, of which each has its own part of A and B;"
                            + " combination_type "
                            + type
                            + " would mix them. Use 'linear' or another type without 'svd'.");
        }
    }

    /** A's above each other, each by its weight, and B's side by side: the sum of the products. */
    private static NDList stacked(List<Part> parts, NDManager scratch) {
        NDList down = new NDList();
        NDList up = new NDList();
        for (Part part : parts) {
            down.add(Ops.scale(part.pair().matrixA(scratch), part.scaled()));
            up.add(part.pair().matrixB(scratch));
        }
        return new NDList(concatenated(down, 0), concatenated(up, 1));
    }

    private static NDArray concatenated(NDList parts, int axis) {
        NDArray all = parts.get(0);
        for (NDArray part : parts.subList(1, parts.size())) {
            all = all.concat(part, axis);
        }
        return all;
    }

    private NDList addedFactors(String path, List<Part> parts, NDManager scratch) {
        List<Integer> ranks = parts.stream().map(part -> part.pair().rank()).distinct().toList();
        Preconditions.checkArgument(
                ranks.size() == 1,
                "At %s the adapters have the ranks %s; combination_type %s adds the factors, which"
                        + " must have the same. Use 'cat' or 'svd', which take any ranks.",
                path,
                ranks,
                type);
        double[] roots =
                parts.stream().mapToDouble(part -> Math.sqrt(Math.abs(part.scaled()))).toArray();
        double[] signed = new double[roots.length];
        for (int i = 0; i < roots.length; i++) {
            signed[i] = parts.get(i).scaled() < 0 ? -roots[i] : roots[i]; // on one side alone
        }
        return new NDList(
                rule.merge(matrices(parts, pair -> pair.matrixA(scratch)), signed),
                rule.merge(matrices(parts, pair -> pair.matrixB(scratch)), roots));
    }

    private static NDList matrices(List<Part> parts, Function<LoraPair, NDArray> matrix) {
        NDList matrices = new NDList();
        parts.forEach(part -> matrices.add(matrix.apply(part.pair())));
        return matrices;
    }

    private NDList decomposed(
            String path,
            List<Part> parts,
            NDManager scratch,
            ImmutableList.Builder<LayerEnergy> energies) {
        LowRankParts all = decomposition(parts, scratch);
        int rank = Math.min(config.r(), all.size());
        energies.add(
                new LayerEnergy(
                        path,
                        rank,
                        all.energy(all.size()),
                        all.energy(all.size()) - all.energy(rank)));
        NDArray a = all.right(rank);
        NDArray b = all.left(rank);
        return options.svdClamp().isEmpty()
                ? new NDList(a, b)
                : LowRankParts.clipped(a, b, options.svdClamp().getAsDouble());
    }

    /** The bound of a clamp depends on the signs of the parts, which are LAPACK's own. */
    private LowRankParts decomposition(List<Part> parts, NDManager scratch) {
        boolean plain = type.pruning() == CombinationType.Pruning.NONE && !type.electsSigns();
        if (plain && options.svdClamp().isEmpty()) {
            NDList factors = stacked(parts, scratch);
            return LowRankParts.ofProduct(factors.get(1), factors.get(0));
        }
        NDList changes = new NDList();
        for (Part part : parts) {
            LoraPair pair = part.pair();
            changes.add(Ops.lowRank(pair.matrixA(scratch), pair.matrixB(scratch), pair.scaling()));
        }
        return LowRankParts.of(
                rule.merge(changes, parts.stream().mapToDouble(Part::weight).toArray()));
    }
}
