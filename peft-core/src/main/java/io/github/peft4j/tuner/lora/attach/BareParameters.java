package io.github.peft4j.tuner.lora.attach;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.base.Preconditions;
import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ListMultimap;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.ParameterAdapter;
import io.github.peft4j.adapter.set.ParameterUses;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ParameterUse;
import io.github.peft4j.nn.StackedWeights;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.NewAdapter;
import io.github.peft4j.tuner.lora.InitLoraWeights;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.LoraStarts;
import io.github.peft4j.tuner.lora.layer.LoraLayer;
import io.github.peft4j.tuner.lora.layer.LoraParameter;
import io.github.peft4j.tuner.lora.start.InitialPair;
import io.github.peft4j.tuner.lora.start.LoraInitializer;
import io.github.peft4j.tuner.lora.start.StartLayer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** {@code target_parameters}: LoRA of parameters that are no layer's weight. */
final class BareParameters {

    private final BaseModel model;
    private final Map<String, ParameterUse> found = new LinkedHashMap<>();

    /** The parameters of a model that a config names, in full or by what stands behind a dot. */
    BareParameters(LoraConfig config, BaseModel model) {
        this.model = model;
        List<String> wanted = config.targetParameters();
        if (!wanted.isEmpty()) {
            new ParameterUses(model)
                    .named()
                    .forEach(
                            (name, use) -> {
                                if (wanted.stream().anyMatch(end -> isAt(name, end))) {
                                    found.put(name, use);
                                }
                            });
        }
    }

    private static boolean isAt(String name, String end) {
        return name.equals(end) || name.endsWith("." + end);
    }

    boolean any() {
        return !found.isEmpty();
    }

    /** As in PEFT: adapters of one model that reach parameters reach the same ones. */
    static void checkOthers(LoraConfig config, Map<String, LoraConfig> others) {
        others.forEach(
                (name, other) ->
                        Preconditions.checkArgument(
                                config.targetParameters().isEmpty()
                                        || other.targetParameters().isEmpty()
                                        || Set.copyOf(config.targetParameters())
                                                .equals(Set.copyOf(other.targetParameters())),
                                "target_parameters is %s, and adapter '%s' has %s; adapters of one"
                                        + " model that use it must name the same parameters. Use"
                                        + " that list, or wrap the base in a second PeftModel.",
                                config.targetParameters(),
                                name,
                                other.targetParameters()));
    }

    /**
     * Adds an adapter at each parameter.
     *
     * <p>Keys as in PEFT, which wraps the module once for each of its parameters, in their order:
     * the last has the module's name, and each one before it one {@code base_layer} more.
     *
     * @param layers the rank and scale that hold for a name
     * @return warnings
     */
    List<String> add(LoraConfig config, NewAdapter adapter, Function<LayerSite, LoraLayer> layers) {
        if (config.targetParameters().isEmpty()) {
            return ImmutableList.of();
        }
        if (!any()) {
            return ImmutableList.of(
                    "target_parameters="
                            + config.targetParameters()
                            + " were set but no parameter was matched.");
        }
        refuseWhatNeedsLayers(config);
        ListMultimap<String, ParameterAdapter> byOwner = ArrayListMultimap.create();
        Map<ParameterAdapter, ParameterUse> places = new LinkedHashMap<>();
        found.forEach(
                (name, use) -> {
                    refuseOwner(name, adapter);
                    ParameterAdapter bare =
                            new ParameterAdapter(name, at(name, use, config, layers));
                    byOwner.put(bare.owner(), bare);
                    places.put(bare, use);
                });
        places.forEach(
                (bare, use) -> {
                    List<ParameterAdapter> together = byOwner.get(bare.owner());
                    int around = together.size() - 1 - together.indexOf(bare);
                    String prefix =
                            LayerTuner.KEY_PREFIX
                                    + bare.owner()
                                    + "."
                                    + "base_layer.".repeat(around);
                    adapter.set().addAtParameter(prefix, use, bare);
                });
        return ImmutableList.of();
    }

    private static void refuseWhatNeedsLayers(LoraConfig config) {
        Preconditions.checkArgument(
                config.loraDropout() == 0,
                "lora_dropout is %s, which does not work with target_parameters: a bare parameter"
                        + " has no input to drop from. Set lora_dropout to 0.",
                config.loraDropout());
        Preconditions.checkArgument(
                !config.loraBias(),
                "lora_bias is true, which does not work with target_parameters: a bare parameter"
                        + " has no bias. Leave one of the two out.");
        Preconditions.checkArgument(
                !config.fanInFanOut(),
                "fan_in_fan_out is true, which does not work with target_parameters. Leave it"
                        + " out.");
        String variant = LoraVariants.of(config).option();
        Preconditions.checkArgument(
                variant.equals(LoraVariants.PLAIN.option()),
                "%s is set, which does not work with target_parameters: a bare parameter takes"
                        + " plain LoRA alone. Leave one of the two out.",
                variant);
    }

    private static void refuseOwner(String name, NewAdapter adapter) {
        String owner = name.substring(0, Math.max(0, name.lastIndexOf('.')));
        Preconditions.checkArgument(
                !owner.isEmpty(),
                "target_parameters reaches %s, a parameter of the model itself; PEFT reaches only"
                        + " those of a module inside it. Leave it out.",
                name);
        Preconditions.checkArgument(
                !adapter.isAdapted(owner),
                "target_parameters reaches %s, and target_modules adapts the layer %s that holds it."
                        + " Leave it out of one of the two, with target_modules=[] for example.",
                name,
                owner);
    }

    private LoraParameter at(
            String name,
            ParameterUse use,
            LoraConfig config,
            Function<LayerSite, LoraLayer> layers) {
        Shape shape = new ParameterUses(model).shown(use).getShape();
        Preconditions.checkArgument(
                shape.dimension() == 2 || shape.dimension() == 3,
                "target_parameters reaches %s of shape %s; parameters of two or three axes can be"
                        + " adapted. Leave it out.",
                name,
                shape);
        boolean stacked = shape.dimension() == 3;
        boolean transposed = stacked && isTransposed(name);
        long experts = stacked ? shape.get(0) : 1;
        long out = shape.get(stacked && !transposed ? 1 : stacked ? 2 : 0);
        long in = shape.get(stacked && !transposed ? 2 : 1);
        LoraLayer layer =
                layers.apply(new LayerSite(name, LayerKind.OTHER, model.block(), null, null));
        int rank = Math.toIntExact(Math.multiplyExact(layer.rank(), experts));
        StartLayer sizes =
                new StartLayer(name, in, out, rank, layer.scaling(), BareParameters::noWeight);
        InitialPair start = new InitialPair(start(config, layer, experts), sizes);
        Parameter a = layer.layer().trained("lora_A_weight", start.a());
        Parameter b = layer.layer().trained("lora_B_weight", start.b());
        return new LoraParameter(a, b, layer.scaling(), transposed);
    }

    private boolean isTransposed(String name) {
        String owner = name.substring(0, name.lastIndexOf('.'));
        return model.sites().stream()
                .filter(site -> site.path().equals(owner))
                .anyMatch(
                        site ->
                                site.block() instanceof StackedWeights stack
                                        && stack.isTransposed());
    }

    private static LoraInitializer start(LoraConfig config, LoraLayer layer, long experts) {
        InitLoraWeights start = config.initLoraWeights();
        if (start.is("gaussian")) {
            return LoraInitializer.normal(1.0 / layer.rank());
        }
        boolean plain = start.isFlag() || start.custom() != null;
        layer.layer()
                .require(
                        plain || (experts == 1 && start.is("orthogonal")),
                        "init_lora_weights",
                        start,
                        "true, false or gaussian, as a bare parameter knows no other start");
        return LoraStarts.linear(start);
    }

    private static NDArray noWeight(NDManager manager) {
        throw new IllegalStateException("A plain start asks for no weight.");
    }
}
