package io.github.peft4j.tuner.lora.arrow;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Sets;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.layer.LoraLayer;
import io.github.peft4j.tuner.lora.layer.LoraLinear;
import io.github.peft4j.tuner.lora.layer.LoraVariant;
import io.github.peft4j.tuner.lora.option.ArrowConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An adapter that routes to others ({@code arrow_config}). */
public final class ArrowVariant implements LoraVariant {

    private final Map<String, AdapterSet> others;

    /** A variant without other adapters, which finds none. */
    public ArrowVariant() {
        this(Map.of());
    }

    private ArrowVariant(Map<String, AdapterSet> others) {
        this.others = others;
    }

    @Override
    public String option() {
        return ArrowConfig.OPTION.key();
    }

    @Override
    public boolean isOn(LoraConfig config) {
        return config.arrowConfig().isPresent();
    }

    @Override
    public LoraVariant among(LoraConfig config, Map<String, AdapterSet> known) {
        ArrowConfig arrow = config.arrowConfig().orElseThrow();
        List<String> experts = arrow.taskAdapterNames();
        Preconditions.checkArgument(
                !experts.isEmpty(),
                "arrow_config has no task_adapter_names, so there is nothing to route to. Load the"
                        + " experts into the model and name them, or call"
                        + " ArrowModels.createArrowModel.");
        Preconditions.checkArgument(
                arrow.topK() <= experts.size(),
                "arrow_config has top_k %s, and task_adapter_names %s are %s experts. Decrease"
                        + " top_k.",
                arrow.topK(),
                experts,
                experts.size());
        Preconditions.checkArgument(
                !arrow.useGks() || !arrow.gksAdapterNames().isEmpty(),
                "arrow_config has use_gks true and no gks_adapter_names: general adapters, whose"
                        + " mean is taken out of the experts. Name some, or set use_gks to false.");
        for (String name : Sets.union(Sets.newTreeSet(experts), general(arrow))) {
            Preconditions.checkArgument(
                    known.containsKey(name),
                    "arrow_config names the adapter '%s', and the model has %s. Load it first.",
                    name,
                    known.keySet());
        }
        return new ArrowVariant(known);
    }

    /** In PEFT an adapter that comes after a router joins what it routes to. */
    @Override
    public List<String> warningsAmong(LoraConfig config, Map<String, LoraConfig> known) {
        if (isOn(config)) {
            return List.of();
        }
        List<String> warnings = new ArrayList<>();
        known.forEach(
                (name, other) ->
                        other.arrowConfig()
                                .ifPresent(
                                        arrow ->
                                                warnings.add(
                                                        notRouted(
                                                                name, arrow.taskAdapterNames()))));
        return warnings;
    }

    private static String notRouted(String router, List<String> experts) {
        return "The model has the Arrow router '"
                + router
                + "', which routes to "
                + experts
                + " and not to this adapter, as it would in PEFT. If it should, add it with"
                + " ArrowModels.addExpert.";
    }

    private static Set<String> general(ArrowConfig arrow) {
        return arrow.useGks() ? Sets.newTreeSet(arrow.gksAdapterNames()) : Set.of();
    }

    /** The experts must stay what they are: their directions are computed once. */
    @Override
    public void complete(LoraConfig config, AdapterSetBuilder set, List<Adapter> layers) {
        ArrowConfig arrow = config.arrowConfig().orElseThrow();
        for (String name : Sets.union(Sets.newTreeSet(arrow.taskAdapterNames()), general(arrow))) {
            AdapterSet expert = others.get(name);
            if (expert != null) {
                set.addUse(expert);
            }
        }
    }

    @Override
    public Adapter linear(LoraLayer layer) {
        ArrowConfig arrow = layer.config().arrowConfig().orElseThrow();
        ImmutableList<LoraLinear> experts = at(layer, arrow.taskAdapterNames());
        ImmutableList<LoraLinear> general =
                arrow.useGks() ? at(layer, arrow.gksAdapterNames()) : ImmutableList.of();
        Experts all = new Experts(experts, general);
        return new ArrowRouter(
                layer.linear(),
                all,
                layer.layer()
                        .unsavedBuffer("lora_arrow_prototypes", all.prototypes(arrow.rngSeed())),
                arrow);
    }

    private ImmutableList<LoraLinear> at(LoraLayer layer, List<String> names) {
        ImmutableList.Builder<LoraLinear> found = ImmutableList.builder();
        for (String name : names) {
            AdapterSet set = others.get(name);
            Adapter adapter = set == null ? null : set.layers().get(layer.layer().path());
            LoraLinear plain = plain(adapter, layer.rank());
            if (plain == null) {
                throw new IllegalArgumentException(
                        "arrow_config names the adapter '"
                                + name
                                + "', which has no plain LoRA of rank "
                                + layer.rank()
                                + " at "
                                + layer.layer().path()
                                + ". Leave it out, or choose the rank and the targets that all"
                                + " experts have.");
            }
            found.add(plain);
        }
        return found.build();
    }

    private static @Nullable LoraLinear plain(@Nullable Adapter adapter, int rank) {
        return adapter instanceof LoraLinear lora
                        && lora.tensors().bias() == null
                        && lora.tensors().taken() == null
                        && lora.tensors().a().getShape().get(0) == rank
                ? lora
                : null;
    }
}
