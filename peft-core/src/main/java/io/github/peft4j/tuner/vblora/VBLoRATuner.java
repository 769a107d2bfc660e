package io.github.peft4j.tuner.vblora;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.base.Preconditions;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.InputDropout;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.NewLayer;
import java.util.List;

/** VB-LoRA: makes the bank that all layers share, and puts logits at each matched layer. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class VBLoRATuner extends LayerTuner<VBLoRAConfig> {

    static final DefaultTargets TARGETS = DefaultTargets.ADALORA.with("roberta", "query", "value");

    private static final String BANK = "vblora_vector_bank";

    /** For {@code ServiceLoader}. */
    public VBLoRATuner() {
        super(VBLoRAConfig.TYPE, TARGETS, LayerKind.LINEAR, LayerKind.CONV1D_TRANSPOSED);
    }

    @Override
    protected LayerAdapters prepare(
            VBLoRAConfig config, AdapterSetBuilder set, List<LayerSite> sites) {
        Shape shape = new Shape(config.numVectors(), config.vectorLength());
        Parameter bank = InitialValue.uniform(config.initVectorBankBound(), shape).trained(BANK);
        set.addTensor("base_model." + BANK, bank);
        return site -> {
            NewLayer layer = new NewLayer(set, site);
            VBLoRATensors tensors = tensors(config, layer, bank);
            if (config.saveOnlyTopkWeights()) {
                tensors.logits().forEach((name, p) -> addChosen(set, site, name, p, config.topk()));
            }
            InputDropout dropout = layer.dropout("vblora_dropout", config.vbloraDropout());
            return new VBLoRALinear(tensors, dropout);
        };
    }

    private static void addChosen(
            AdapterSetBuilder set, LayerSite site, String name, Parameter logits, int topk) {
        String key = KEY_PREFIX + site.path() + "." + name;
        ChosenLogits chosen = new ChosenLogits(logits, topk);
        set.addUnsaved(key, logits);
        set.addFileTensor(key + "_topk_indices", chosen.indices());
        set.addFileTensor(key + "_topk_weights", chosen.weights());
    }

    private static VBLoRATensors tensors(VBLoRAConfig config, NewLayer layer, Parameter bank) {
        long v = config.vectorLength();
        requireDivides(layer, "inputs", layer.in(), v);
        requireDivides(layer, "outputs", layer.out(), v);
        long n = config.numVectors();
        long r = config.r();
        double deviation = config.initLogitsStd();
        InitialValue a = layer.normal(deviation, r, layer.in() / v, n);
        InitialValue b = layer.normal(deviation, layer.out() / v, r, n);
        return new VBLoRATensors(
                layer.trained("vblora_logits_A", a),
                layer.trained("vblora_logits_B", b),
                bank,
                config.topk(),
                config.saveOnlyTopkWeights());
    }

    private static void requireDivides(NewLayer layer, String what, long features, long v) {
        Preconditions.checkArgument(
                features % v == 0,
                "vector_length is %s, which does not divide the %s %s of %s. Pass a length that"
                        + " divides the inputs and outputs of all target_modules, 64 for example.",
                v,
                features,
                what,
                layer.path());
    }
}
