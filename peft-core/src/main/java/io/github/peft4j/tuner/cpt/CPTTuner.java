package io.github.peft4j.tuner.cpt;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Longs;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.adapter.FileTensor;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.tuner.Tuner;
import io.github.peft4j.tuner.prompt.EncodedPrompt;
import io.github.peft4j.tuner.prompt.ModelDimensions;
import io.github.peft4j.tuner.prompt.PromptBeforeText;
import io.github.peft4j.tuner.prompt.PromptRows;
import io.github.peft4j.tuner.prompt.PromptSite;
import io.github.peft4j.tuner.prompt.PromptTensors;
import io.github.peft4j.tuner.prompt.PromptTuner;
import io.github.peft4j.tuner.prompt.VirtualTokens;
import java.util.ArrayList;
import java.util.List;

/** Context-aware prompt tuning: puts a context of examples, moved a little, before every text. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class CPTTuner extends PromptTuner<CPTConfig> {

    /** For {@code ServiceLoader}. */
    public CPTTuner() {}

    @Override
    public PeftType type() {
        return CPTConfig.TYPE;
    }

    @Override
    public Class<CPTConfig> configType() {
        return CPTConfig.class;
    }

    @Override
    public CPTConfig parse(ConfigReader json) {
        return CPTConfig.Builder.read(json);
    }

    /** As in PEFT, sizes that are given do not count. */
    @Override
    protected CPTConfig complete(CPTConfig config, ModelDimensions model, TaskType task) {
        VirtualTokens open =
                VirtualTokens.DEFAULT
                        .withNumTransformerSubmodules(1)
                        .withModulesToSave(config.virtualTokens().modulesToSave());
        return with(config, model.fill(open, task));
    }

    @Override
    protected void addPrompt(CPTConfig config, PromptSite site, AdapterSet.Builder set) {
        site.requireWidthOfWords();
        NDManager manager = set.manager();
        int rows = site.shape().rows();
        int dim = site.shape().dim();
        if (config.inferenceMode()) {
            Parameter prompt =
                    PromptTensors.trained(
                            EncodedPrompt.KEY, PromptTensors.normal(manager, rows, dim));
            addAdapter(
                    config,
                    new PromptBeforeText(
                            ImmutableMap.of(EncodedPrompt.KEY, prompt),
                            site,
                            (pass, input) -> pass.value(prompt)),
                    set);
            set.addFileTensor(EncodedPrompt.KEY, FileTensor.required(prompt));
            return;
        }
        long[] ids = Longs.toArray(config.context().tokenIds());
        Parameter base = PromptTensors.frozen("base", site.words().copies(manager, ids));
        Parameter delta = PromptTensors.trained("delta", manager.zeros(new Shape(rows, dim)));
        set.addUnsaved(EncodedPrompt.ENCODER + "embedding.weight", base);
        set.addUnsaved(EncodedPrompt.ENCODER + "delta_embedding.weight", delta);
        ContextEmbeddings embeddings = ContextEmbeddings.of(base, delta, config, dim);
        PromptRows moved = (pass, input) -> embeddings.rows(pass);
        addAdapter(config, new PromptBeforeText(ImmutableMap.of(), site, moved), set);
        set.addFileTensor(
                EncodedPrompt.KEY, new EncodedPrompt(new Shape(rows, dim), embeddings::rows));
    }

    private static void addAdapter(
            CPTConfig config, PromptBeforeText prompt, AdapterSet.Builder set) {
        set.optModelAdapter(
                "", new CPTAdapter(prompt, new ContextLabels(config), config.loss().decays()));
    }

    @Override
    protected List<String> warnings(CPTConfig config) {
        List<String> warnings = new ArrayList<>();
        String type = config.loss().type();
        if (!ImmutableList.of("none", "decay").contains(type)) {
            warnings.add(
                    "opt_weighted_loss_type '"
                            + type
                            + "' is unknown and acts as none, as in PEFT. Use none or decay.");
        }
        if (ContextLabels.ofTextAreLost(config)) {
            warnings.add(
                    "The largest number in cpt_tokens_type_mask is no multiple of 4, so the labels"
                            + " of texts do not count, as in PEFT. End the context with a label (4, 8,"
                            + " ...).");
        }
        return warnings;
    }
}
