package io.github.peft4j.tuner.vblora;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.config.Bias;
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

/** VB-LoRA: makes the bank that all layers share, and puts logits at each matched layer. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class VBLoRATuner extends LayerTuner<VBLoRAConfig> {

    private static final String BANK = "vblora_vector_bank";

    /** For {@code ServiceLoader}. */
    public VBLoRATuner() {}

    @Override
    public PeftType type() {
        return VBLoRAConfig.TYPE;
    }

    @Override
    public Class<VBLoRAConfig> configType() {
        return VBLoRAConfig.class;
    }

    @Override
    public VBLoRAConfig parse(ConfigReader json) {
        return VBLoRAConfig.Builder.read(json);
    }

    @Override
    protected ImmutableSet<LayerKind> kinds() {
        return ImmutableSet.of(LayerKind.LINEAR, LayerKind.CONV1D_TRANSPOSED);
    }

    @Override
    protected DefaultTargets defaultTargets() {
        return VBLoRATargets.TABLE;
    }

    @Override
    protected LayerAdapters prepare(
            VBLoRAConfig config, AdapterSet.Builder set, List<LayerSite> sites) {
        BankOptions options = config.bank();
        float bound = options.initVectorBankBound().floatValue();
        Shape shape = new Shape(options.numVectors(), options.vectorLength());
        Parameter bank = trained(BANK, set.manager().randomUniform(-bound, bound, shape));
        set.addTensor("base_model." + BANK, bank);
        return site -> {
            VBLoRATensors tensors = tensors(config, set.manager(), site, bank);
            if (config.logits().saveOnlyTopkWeights()) {
                tensors.logits().forEach((name, p) -> addChosen(set, site, name, p, config));
            }
            return new VBLoRALinear(
                    tensors,
                    new InputDropout("vblora_dropout", config.vbloraDropout().doubleValue()));
        };
    }

    private static void addChosen(
            AdapterSet.Builder set,
            LayerSite site,
            String name,
            Parameter logits,
            VBLoRAConfig config) {
        String key = KEY_PREFIX + site.path() + "." + name;
        ChosenLogits chosen = new ChosenLogits(logits, config.logits().topk());
        set.addUnsaved(key, logits);
        set.addFileTensor(key + "_topk_indices", chosen.indices());
        set.addFileTensor(key + "_topk_weights", chosen.weights());
    }

    private static VBLoRATensors tensors(
            VBLoRAConfig config, NDManager manager, LayerSite site, Parameter bank) {
        LinearShape shape = LinearShape.of(site);
        long v = config.bank().vectorLength();
        requireDivides(site, "inputs", shape.in(), v);
        requireDivides(site, "outputs", shape.out(), v);
        long n = config.bank().numVectors();
        long r = config.r();
        return new VBLoRATensors(
                logits(config, manager, "vblora_logits_A", new Shape(r, shape.in() / v, n)),
                logits(config, manager, "vblora_logits_B", new Shape(shape.out() / v, r, n)),
                bank,
                config.logits());
    }

    private static void requireDivides(LayerSite site, String what, long features, long v) {
        Preconditions.checkArgument(
                features % v == 0,
                "vector_length is %s, which does not divide the %s %s of %s. Pass a length that"
                        + " divides the inputs and outputs of all target_modules, 64 for example.",
                v,
                features,
                what,
                site.path());
    }

    private static Parameter logits(
            VBLoRAConfig config, NDManager manager, String name, Shape shape) {
        float deviation = config.logits().initLogitsStd().floatValue();
        return trained(name, manager.randomNormal(0, deviation, shape, DataType.FLOAT32));
    }

    @Override
    protected Bias biasRule(VBLoRAConfig config) {
        return config.bias().rule();
    }

    @Override
    protected VBLoRAConfig resolved(
            VBLoRAConfig config, TargetModules targets, List<LayerSite> sites) {
        return config.toBuilder()
                .optTargets(targets)
                .optFanInFanOut(transposed(config.fanInFanOut(), sites))
                .build();
    }
}
