package io.github.peft4j.task.train.optim;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import java.util.Map;

/**
 * Tensors that an optimizer treats alike.
 *
 * @param parameters the tensors by name
 * @param weightDecay decoupled weight decay, from 0
 * @param rateFactor what the learning rate is multiplied by, over 0
 */
public record ParameterGroup(
        Map<String, Parameter> parameters, double weightDecay, double rateFactor) {

    /** Copies the map. */
    public ParameterGroup {
        parameters = ImmutableMap.copyOf(parameters);
    }
}
