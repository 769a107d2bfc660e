package io.github.peft4j.tuner.cpt;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Longs;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.prompt.EncodedPrompt;
import io.github.peft4j.tuner.prompt.ModelDimensions;
import io.github.peft4j.tuner.prompt.NewPrompt;
import io.github.peft4j.tuner.prompt.PromptRows;
import io.github.peft4j.tuner.prompt.PromptSite;
import io.github.peft4j.tuner.prompt.PromptTuner;
import io.github.peft4j.tuner.prompt.TextPromptAdapter;
import io.github.peft4j.tuner.prompt.config.PromptConfig;
import java.util.ArrayList;
import java.util.List;

/** Context-aware prompt tuning: puts a context of examples, moved a little, before every text. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class CPTTuner extends PromptTuner<CPTConfig> {

    /** For {@code ServiceLoader}. */
    public CPTTuner() {
        super(CPTConfig.TYPE);
    }

    /** As in PEFT, sizes that are given do not count. */
    @Override
    protected PromptConfig complete(CPTConfig config, ModelDimensions model, TaskType task) {
        CPTConfig open =
                config.toBuilder()
                        .optTokenDim(null)
                        .optNumAttentionHeads(null)
                        .optNumLayers(null)
                        .build(warning -> {});
        return super.complete(open, model, task);
    }

    @Override
    protected PromptRows rows(CPTConfig config, NewPrompt prompt) {
        int rows = prompt.shape().rows();
        int dim = prompt.shape().dim();
        if (config.inferenceMode()) {
            return prompt.table(prompt.normal(rows, dim));
        }
        long[] ids = Longs.toArray(config.cptTokenIds());
        InitialValue words = prompt.site().words().copies(ids);
        Parameter base = prompt.frozenEncoder("embedding.weight", words);
        Parameter delta = prompt.encoder("delta_embedding.weight", prompt.zeros(rows, dim));
        ContextEmbeddings embeddings = ContextEmbeddings.of(base, delta, config, dim);
        return new EncodedPrompt(new Shape(rows, dim), embeddings::rows);
    }

    @Override
    protected ModelAdapter adapter(CPTConfig config, PromptSite site, PromptRows rows) {
        return new CPTAdapter(
                new TextPromptAdapter(site, rows), new ContextLabels(config), config.decays());
    }

    @Override
    protected List<String> warnings(CPTConfig config) {
        List<String> warnings = new ArrayList<>();
        String type = config.optWeightedLossType();
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
