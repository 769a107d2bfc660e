package io.github.peft4j.transformers.head;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.Head;
import io.github.peft4j.transformers.family.RequiredPositions;
import java.util.Map;

/**
 * A linear layer {@code classifier} on the pooled first token, with dropout before it: {@code
 * BertForSequenceClassification}.
 */
public final class PooledClassifier implements Head {

    private final PretrainedConfig config;
    private final Linear classifier;
    private final double dropout;

    /**
     * A fresh head.
     *
     * @param hidden features of the pooled token
     * @param dropout probability before the layer
     */
    public PooledClassifier(PretrainedConfig config, int hidden, double dropout) {
        this.config = config;
        this.dropout = dropout;
        classifier = new Linear(hidden, config.numLabels(2));
    }

    @Override
    public Map<String, Module> modules() {
        return ImmutableMap.of("classifier", classifier);
    }

    @Override
    public RequiredPositions requiredPositions(ModelInput input) {
        return RequiredPositions.FIRST;
    }

    @Override
    public Map<String, NDArray> forward(
            AdapterPass pass, Backbone.Output hidden, ModelInput input) {
        NDArray pooled = hidden.pooled();
        if (pooled == null) {
            throw new IllegalStateException("This head reads a pooler, and the model has none.");
        }
        NDArray dropped = pass.training() && dropout > 0 ? Ops.dropout(pooled, dropout) : pooled;
        NDArray logits = classifier.forward(pass, dropped);
        return SequenceLoss.fields(config, logits, input);
    }
}
