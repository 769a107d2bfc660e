package io.github.peft4j.tuner.miss;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import com.google.auto.service.AutoService;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableSet;

import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.config.BiasRule;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.target.DefaultTargets;
import io.github.peft4j.tuner.InputDropout;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.LinearShape;
import io.github.peft4j.tuner.Tuner;

import java.util.List;

/** MiSS: puts a block of trained numbers at each matched linear layer. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class MissTuner extends LayerTuner<MissConfig> {

    /** For {@code ServiceLoader}. */
    public MissTuner() {}

    @Override
    public PeftType type() {
        return MissConfig.TYPE;
    }

    @Override
    public Class<MissConfig> configType() {
        return MissConfig.class;
    }

    @Override
    public MissConfig parse(ConfigReader json) {
        return MissConfig.Builder.read(json);
    }

    @Override
    protected ImmutableSet<LayerKind> kinds() {
        return ImmutableSet.of(LayerKind.LINEAR);
    }

    @Override
    protected DefaultTargets defaultTargets() {
        return DefaultTargets.LORA;
    }

    @Override
    protected BiasRule biasRule(MissConfig config) {
        return config.bias().rule();
    }

    @Override
    protected LayerAdapters prepare(
            MissConfig config, AdapterSet.Builder set, List<LayerSite> sites) {
        return site -> adapter(config, set.manager(), site.path(), LinearShape.of(site));
    }

    private static Adapter adapter(
            MissConfig config, NDManager manager, String path, LinearShape shape) {
        int r = config.r();
        InputDropout dropout = new InputDropout("miss_dropout", config.missDropout().doubleValue());
        Preconditions.checkArgument(
                r <= shape.in(),
                "`r` is %s, more than in_features = %s of %s. Take an r of at most that.",
                r,
                shape.in(),
                path);
        Shape wide = new Shape(r, shape.out());
        return switch (config.initWeights()) {
            case TRUE ->
                    new MissLinear(
                            trained("miss_block", manager.zeros(wide)), shape.out(), dropout);
            case FALSE -> {
                float bound = (float) (1 / Math.sqrt((double) shape.out()));
                var drawn = manager.randomUniform(-bound, bound, wide);
                yield new MissLinear(trained("miss_block", drawn), shape.out(), dropout);
            }
            case MINI -> {
                Preconditions.checkArgument(
                        shape.out() % config.miniR() == 0,
                        "mini_r is %s, which does not divide out_features = %s of %s. Take a"
                                + " divisor.",
                        config.miniR(),
                        shape.out(),
                        path);
                var narrow = manager.zeros(new Shape(r, config.miniR()));
                yield new MissLinear(trained("miss_block", narrow), shape.out(), dropout);
            }
            case BAT -> {
                Preconditions.checkArgument(
                        shape.out() % r == 0 && shape.in() % r == 0,
                        "With init_weights \"bat\" the weight of %s, [%s, %s], must be divisible"
                                + " into blocks of `r` x `r`, but r is %s. Take a divisor of both.",
                        path,
                        shape.out(),
                        shape.in(),
                        r);
                yield new MissTurned(
                        trained("miss_block", manager.zeros(new Shape(shape.out() / r, r, r))));
            }
        };
    }

    @Override
    protected MissConfig resolved(MissConfig config, TargetModules targets, List<LayerSite> sites) {
        return config.withTargets(targets);
    }
}
