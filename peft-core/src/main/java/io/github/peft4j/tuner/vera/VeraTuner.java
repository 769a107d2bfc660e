package io.github.peft4j.tuner.vera;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.adapter.set.FileTensor;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.random.TorchGenerator;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.LinearShape;
import io.github.peft4j.tuner.NewLayer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** VeRA: draws the two matrices that all layers share, and puts two vectors at each layer. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class VeraTuner extends LayerTuner<VeraConfig> {

    private static final DefaultTargets TARGETS =
            DefaultTargets.LORA.with("phi", "q_proj", "v_proj");

    private static final String MODEL_PREFIX = "base_model.";

    /** For {@code ServiceLoader}. */
    public VeraTuner() {
        super(VeraConfig.TYPE, TARGETS, LayerKind.LINEAR, LayerKind.CONV1D_TRANSPOSED);
    }

    @Override
    protected void checkOthers(VeraConfig config, Map<String, VeraConfig> others) {
        others.forEach(
                (name, other) -> {
                    Preconditions.checkArgument(
                            config.projectionPrngKey() == other.projectionPrngKey(),
                            "projection_prng_key is %s, but adapter '%s' has %s. All VeRA adapters"
                                    + " of a model share the matrices that this PRNG key draws: set"
                                    + " it to %s, or wrap the base in a second PeftModel.",
                            config.projectionPrngKey(),
                            name,
                            other.projectionPrngKey(),
                            other.projectionPrngKey());
                    Preconditions.checkArgument(
                            config.saveProjection() == other.saveProjection(),
                            "save_projection is %s, but adapter '%s' has %s. All VeRA adapters of"
                                    + " a model share their matrices: save them with all or with"
                                    + " none, or wrap the base in a second PeftModel.",
                            config.saveProjection(),
                            name,
                            other.saveProjection());
                });
    }

    @Override
    protected LayerAdapters prepare(
            VeraConfig config,
            AdapterSetBuilder set,
            List<LayerSite> sites,
            Map<String, AdapterSet> others) {
        VeraProjections projections = projections(config, sites, others);
        if (config.saveProjection()) {
            share(set, MODEL_PREFIX + "vera_A", projections.a());
            share(set, MODEL_PREFIX + "vera_B", projections.b());
        } else {
            String first = KEY_PREFIX + sites.get(0).path();
            set.addUnsaved(first + ".vera_A", projections.a()).markBuffer(projections.a());
            set.addUnsaved(first + ".vera_B", projections.b()).markBuffer(projections.b());
        }
        return site -> layer(config, new NewLayer(set, site), projections);
    }

    private static void share(AdapterSetBuilder set, String key, Parameter matrix) {
        set.addTensor(key, matrix).markBuffer(matrix);
        set.addFileTensor(key, FileTensor.required(matrix));
    }

    private static VeraProjections projections(
            VeraConfig config, List<LayerSite> sites, Map<String, AdapterSet> others) {
        long out = 0;
        long in = 0;
        for (LayerSite site : sites) {
            LinearShape shape = LinearShape.of(site);
            out = Math.max(out, shape.out());
            in = Math.max(in, shape.in());
        }
        Optional<VeraProjections> known =
                others.values().stream()
                        .flatMap(set -> set.layers().values().stream())
                        .map(adapter -> ((VeraLinear) adapter).projections())
                        .findFirst();
        if (known.isEmpty()) {
            return drawn(config.projectionPrngKey(), config.r(), out, in);
        }
        refuseSmaller(known.get(), config.r(), out, in);
        return new VeraProjections(copy(known.get().a()), copy(known.get().b()));
    }

    /** As in PEFT, later adapters read the matrices of the first. */
    private static void refuseSmaller(VeraProjections known, int r, long out, long in) {
        Shape a = known.a().getShape();
        Shape b = known.b().getShape();
        Preconditions.checkArgument(
                a.get(0) == r,
                "r is %s, but the matrices vera_A and vera_B that this model's adapters share have"
                        + " rank %s. Use the same r for all of them, or wrap the base in a second"
                        + " PeftModel.",
                r,
                a.get(0));
        Preconditions.checkArgument(
                a.get(1) >= in && b.get(0) >= out,
                "target_modules selects layers of up to %s outputs and %s inputs, but the matrices"
                        + " vera_A %s and vera_B %s that this model's adapters share are smaller."
                        + " Add the adapter with the largest layers first.",
                out,
                in,
                a,
                b);
    }

    /** Both come from one generator, A first. */
    private static VeraProjections drawn(long seed, int r, long out, long in) {
        Shape a = new Shape(r, in);
        Shape b = new Shape(out, r);
        InitialValue first =
                InitialValue.of(a, manager -> kaiming(new TorchGenerator(seed), manager, a));
        InitialValue second =
                InitialValue.of(
                        b,
                        manager -> {
                            TorchGenerator generator = new TorchGenerator(seed);
                            kaiming(generator, manager, a).close();
                            return kaiming(generator, manager, b);
                        });
        return new VeraProjections(first.frozen("vera_A"), second.frozen("vera_B"));
    }

    private static NDArray kaiming(TorchGenerator generator, NDManager manager, Shape shape) {
        double bound = Math.sqrt(3) * (Math.sqrt(2) / Math.sqrt((double) shape.get(1)));
        return generator.uniform(manager, shape, -bound, bound);
    }

    /** The same numbers in memory of their own: each adapter of a model has them. */
    private static Parameter copy(Parameter known) {
        return InitialValue.copyOf(known).frozen(known.getName());
    }

    private static VeraLinear layer(
            VeraConfig config, NewLayer layer, VeraProjections projections) {
        boolean silent = config.initWeights();
        InitialValue d =
                silent ? layer.full(config.dInitial(), config.r()) : layer.normal(1, config.r());
        InitialValue b = silent ? layer.zeros(layer.out()) : layer.full(1, layer.out());
        return new VeraLinear(
                projections,
                LinearShape.of(layer.site()),
                layer.trained("vera_lambda_d", d),
                layer.trained("vera_lambda_b", b),
                layer.dropout("vera_dropout", config.veraDropout()));
    }

    @Override
    protected ImmutableList<String> warnings(VeraConfig config, List<LayerSite> adapted) {
        return config.saveProjection()
                ? ImmutableList.of()
                : ImmutableList.of(
                        "save_projection is false: the file holds neither vera_A nor vera_B, and"
                                + " whoever loads it draws them anew from projection_prng_key "
                                + config.projectionPrngKey()
                                + ". Set save_projection to true for a file that stands alone.");
    }

    @Override
    public List<List<String>> factors(VeraConfig config) {
        return ImmutableList.of(ImmutableList.of("vera_lambda_b", "vera_lambda_d"));
    }
}
