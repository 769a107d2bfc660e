package io.github.peft4j.transformers.head;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.Head;
import io.github.peft4j.transformers.family.RequiredPositions;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A linear layer on each token, with dropout before it; mean cross entropy over the tokens whose
 * label is not -100. The same for every family: only the layer's name differs.
 */
public final class TokenClassifier implements Head {

    private final String name;
    private final Linear layer;
    private final int labels;
    private final double dropout;

    /** A layer called {@code classifier}. */
    public TokenClassifier(int hidden, int labels, double dropout) {
        this("classifier", hidden, labels, dropout);
    }

    /**
     * A fresh head.
     *
     * @param name of its layer in the checkpoint
     * @param hidden features of a token
     * @param labels classes
     * @param dropout probability before the layer
     */
    public TokenClassifier(String name, int hidden, int labels, double dropout) {
        this.name = name;
        this.labels = labels;
        this.dropout = dropout;
        layer = new Linear(hidden, labels);
    }

    @Override
    public Map<String, Module> modules() {
        return ImmutableMap.of(name, layer);
    }

    @Override
    public RequiredPositions requiredPositions(ModelInput input) {
        return input.logits() == LogitsToKeep.NONE && input.labels() != null
                ? RequiredPositions.TOKENS
                : RequiredPositions.ALL;
    }

    @Override
    public Map<String, NDArray> forward(
            AdapterPass pass, Backbone.Output hidden, ModelInput input) {
        NDArray last = hidden.last();
        NDArray dropped = pass.training() && dropout > 0 ? Ops.dropout(last, dropout) : last;
        NDArray logits = layer.forward(pass, dropped);
        Map<String, NDArray> fields = new LinkedHashMap<>();
        NDArray given = input.labels();
        if (given != null) {
            TokenLoss loss = TokenLoss.of(given, hidden.layout(), 0, labels);
            fields.put(ModelOutput.LOSS, loss.ofAll(hidden.layout().flat(logits)));
        }
        if (!hidden.layout().isPacked()) {
            fields.put(ModelOutput.LOGITS, logits);
        }
        return fields;
    }
}
