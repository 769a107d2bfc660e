package io.github.peft4j.tuner.xlora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import java.util.List;

/**
 * Runs the model twice: first with every expert at one fixed weight, to see the last hidden state
 * [B, S, H] and let the classifier weight the experts, then with these weights. The first pass
 * records no graph.
 */
final class XLoraRouter implements ModelAdapter {

    private final XLoraClassifier classifier;
    private final XLoraConfig config;

    XLoraRouter(XLoraClassifier classifier, XLoraConfig config) {
        this.classifier = classifier;
        this.config = config;
    }

    @Override
    public ModelOutput forward(ModelInput input, BaseModel base, AdapterPass pass) {
        Preconditions.checkArgument(
                input.cache() == null,
                "X-LoRA weights its experts by the whole sequence, so a call cannot go on from"
                        + " cached keys and values. Call it without a cache.");
        weights(pass).set(classifier.weights(lastHiddenState(input, base, pass), pass));
        return base.forward(input, pass);
    }

    private NDArray lastHiddenState(ModelInput input, BaseModel base, AdapterPass pass) {
        try (Gradients off = Gradients.off()) {
            AdapterPass first = pass.another();
            NDArray tokens = input.inputIds() == null ? input.inputsEmbeds() : input.inputIds();
            if (tokens == null) {
                throw new IllegalArgumentException(
                        "X-LoRA needs input_ids or inputs_embeds; the call has only "
                                + input.arrays().keySet()
                                + ".");
            }
            Shape shape = tokens.getShape();
            Shape wanted = new Shape(shape.get(0), shape.get(1), 1, classifier.experts());
            float value = (float) config.scalingPassValue();
            weights(first).set(pass.scope().full(wanted, value));
            ModelInput scaling = input.without(ModelInput.LABELS).withOutputHiddenStates(true);
            List<NDArray> states = base.forward(scaling, first).hiddenStates();
            return states.get(states.size() - 1);
        }
    }

    /** The weights of a pass. */
    ExpertWeights weights(AdapterPass pass) {
        return pass.once(this, () -> new ExpertWeights(config));
    }

    double globalWeight() {
        return config.globalScalingWeight();
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of(); // the tuner says which of the classifier's PEFT's file holds
    }
}
