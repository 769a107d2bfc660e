package io.github.peft4j.tuner.ia3;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.base.Joiner;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.primitives.Doubles;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.FileTensor;
import io.github.peft4j.combine.CombinationType;
import io.github.peft4j.combine.LayerEnergy;
import io.github.peft4j.combine.Summand;
import io.github.peft4j.combine.WeightedAdapterOptions;
import io.github.peft4j.combine.WeightedSum;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.ops.combine.TaskVectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A sum of IA3 adapters: \(l = \sum_k w_k l_k\) at each layer, as in PEFT. Weights that do not add
 * up to one scale the layer, and an adapter that is not at a layer counts as 0 there, not as the 1
 * that would leave it alone.
 */
final class IA3Sum implements WeightedSum<IA3Config> {

    private final List<Summand<IA3Config>> summands;
    private final IA3Config config;

    IA3Sum(List<Summand<IA3Config>> summands, WeightedAdapterOptions options) {
        if (options.combinationType() != CombinationType.SVD) {
            throw new UnsupportedFeatureException(
                    "combination_type is "
                            + options.combinationType()
                            + ", and IA3 has one kind of sum alone: that of its factors. Leave it"
                            + " out.");
        }
        this.summands = summands;
        IA3Config first = summands.get(0).config();
        config =
                first.toBuilder()
                        .optTargets(
                                first.targets()
                                        .withTargetModules(
                                                union(
                                                        "target_modules",
                                                        each -> each.targets().targets())))
                        .feedforward(
                                Objects.requireNonNullElse(
                                        union("feedforward_modules", IA3Config::feedforwardModules),
                                        OneOrMany.many(ImmutableList.of())))
                        .build(warning -> {});
    }

    /** Names that an option lists. */
    private interface Names {
        Optional<OneOrMany<String>> of(IA3Config config);
    }

    private @Nullable OneOrMany<String> union(String option, Names names) {
        List<OneOrMany<String>> all = new ArrayList<>();
        summands.forEach(each -> names.of(each.config()).ifPresent(all::add));
        boolean regex = all.stream().anyMatch(OneOrMany::single);
        Preconditions.checkArgument(
                !regex || all.stream().allMatch(OneOrMany::single),
                "%s of some adapters is a list and of others a regular expression: %s; they cannot"
                        + " be joined, in PEFT neither. Give all of them a list or all an"
                        + " expression.",
                option,
                all);
        if (regex) {
            List<String> parts =
                    all.stream().map(each -> "(" + each.value() + ")").distinct().toList();
            return OneOrMany.one(Joiner.on('|').join(parts));
        }
        ImmutableSortedSet.Builder<String> joined = ImmutableSortedSet.naturalOrder();
        all.forEach(each -> joined.addAll(each.values()));
        return all.isEmpty() ? null : OneOrMany.many(joined.build());
    }

    @Override
    public IA3Config config() {
        return config;
    }

    @Override
    public List<LayerEnergy> fill(AdapterSet sum, NDManager scratch) {
        sum.layers().forEach((path, adapter) -> fill(path, factors(adapter), scratch));
        return ImmutableList.of();
    }

    private void fill(String path, Parameter target, NDManager scratch) {
        NDList factors = new NDList();
        List<Double> weights = new ArrayList<>();
        for (Summand<IA3Config> summand : summands) {
            Adapter adapter = summand.set().layers().get(path);
            if (adapter != null) {
                Parameter l = factors(adapter);
                Preconditions.checkArgument(
                        l.getShape().equals(target.getShape()),
                        "At %s adapter '%s' scales %s and the sum %s: some adapters scale the"
                                + " layer's inputs (feedforward_modules) and others its outputs."
                                + " Give all the same feedforward_modules.",
                        path,
                        summand.name(),
                        l.getShape(),
                        target.getShape());
                NDArray copy = HeldNumbers.detached(l.getArray());
                copy.attach(scratch);
                factors.add(copy);
                weights.add(summand.weight());
            }
        }
        FileTensor.put(target, TaskVectors.sum(factors, Doubles.toArray(weights)));
    }

    private static Parameter factors(Adapter adapter) {
        return adapter.parameters().values().iterator().next();
    }
}
