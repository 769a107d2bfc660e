package io.github.peft4j.transformers.head;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.Head;
import io.github.peft4j.transformers.family.RequiredPositions;
import io.github.peft4j.transformers.part.Dropout;
import io.github.peft4j.transformers.part.PathGroup;
import java.util.Map;

/**
 * Two linear layers on the first token, an activation between them: classifiers that bring their
 * own pooler.
 */
public final class DenseClassifier implements Head {

    private final PretrainedConfig config;
    private final Form form;
    private final SequenceLoss.Rule rule;
    private final PathGroup modules = new PathGroup();
    private final Linear dense;
    private final Linear output;

    /**
     * What families differ in.
     *
     * @param dense path of the first layer in the checkpoint
     * @param output path of the second layer
     * @param activation between them
     * @param dropoutBefore probability before the first layer
     * @param dropoutBetween probability before the second layer
     */
    public record Form(
            String dense,
            String output,
            ActivationFunction activation,
            double dropoutBefore,
            double dropoutBetween) {}

    /**
     * A fresh head {@code classifier.dense} and {@code classifier.out_proj}: RoBERTa (tanh) and
     * ELECTRA (GELU).
     *
     * @param hidden features of a token
     * @param activation between the layers
     * @param dropout probability before each layer
     */
    public DenseClassifier(
            PretrainedConfig config, int hidden, ActivationFunction activation, double dropout) {
        this(
                config,
                hidden,
                new Form("classifier.dense", "classifier.out_proj", activation, dropout, dropout),
                SequenceLoss::usual);
    }

    /**
     * A fresh head of this form.
     *
     * @param hidden features of a token
     */
    public DenseClassifier(PretrainedConfig config, int hidden, Form form, SequenceLoss.Rule rule) {
        this.config = config;
        this.form = form;
        this.rule = rule;
        dense = modules.at(form.dense(), new Linear(hidden, hidden));
        output = modules.at(form.output(), new Linear(hidden, config.numLabels(2)));
    }

    @Override
    public Map<String, Module> modules() {
        return modules.members();
    }

    @Override
    public RequiredPositions requiredPositions(ModelInput input) {
        return RequiredPositions.FIRST;
    }

    @Override
    public Map<String, NDArray> forward(
            AdapterPass pass, Backbone.Output hidden, ModelInput input) {
        NDArray first = Dropout.apply(pass, hidden.first(), form.dropoutBefore());
        NDArray middle = Ops.activate(form.activation(), dense.forward(pass, first));
        NDArray dropped = Dropout.apply(pass, middle, form.dropoutBetween());
        return SequenceLoss.fields(config, output.forward(pass, dropped), input, rule);
    }
}
