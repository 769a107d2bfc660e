package io.github.peft4j.transformers.head;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Group;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.Backbone;
import io.github.peft4j.transformers.PretrainedConfig;
import java.util.Map;

/**
 * Two linear layers {@code classifier.dense} and {@code classifier.out_proj} on the first token,
 * with dropout before each and an activation between: RoBERTa (tanh) and ELECTRA (GELU).
 */
public final class DenseClassifier implements Head {

    private final PretrainedConfig config;
    private final Group classifier = new Group();
    private final Linear dense;
    private final Linear output;
    private final ActivationFunction activation;
    private final double dropout;

    /**
     * A fresh head.
     *
     * @param hidden features of a token
     * @param activation between the layers
     * @param dropout probability before each layer
     */
    public DenseClassifier(
            PretrainedConfig config, int hidden, ActivationFunction activation, double dropout) {
        this.config = config;
        this.activation = activation;
        this.dropout = dropout;
        dense = classifier.add("dense", new Linear(hidden, hidden));
        output = classifier.add("out_proj", new Linear(hidden, config.numLabels(2)));
    }

    @Override
    public ImmutableMap<String, Module> modules() {
        return ImmutableMap.of("classifier", classifier);
    }

    @Override
    public Backbone.Wanted wanted(ModelInput input) {
        return Backbone.Wanted.FIRST;
    }

    @Override
    public Map<String, NDArray> forward(
            AdapterPass pass, Backbone.Output hidden, ModelInput input) {
        NDArray first = hidden.first();
        NDArray middle = Ops.activate(activation, dense.forward(pass, dropped(pass, first)));
        NDArray logits = output.forward(pass, dropped(pass, middle));
        return SequenceLoss.fields(config, logits, input);
    }

    private NDArray dropped(AdapterPass pass, NDArray x) {
        return pass.training() && dropout > 0 ? Ops.dropout(x, dropout) : x;
    }
}
