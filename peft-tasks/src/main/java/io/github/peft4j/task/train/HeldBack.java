package io.github.peft4j.task.train;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.task.train.optim.ParameterGrouping;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tensors that would train, and of which an optimizer leaves some as they are: those get no
 * gradients until this is closed.
 *
 * @param trained those that train, by their key in the adapter's file
 * @param frozen the others
 */
record HeldBack(ImmutableMap<String, Parameter> trained, ImmutableMap<String, Parameter> frozen)
        implements AutoCloseable {

    static HeldBack of(Map<String, Parameter> trainable, ParameterGrouping grouping) {
        Map<String, Parameter> trained = new LinkedHashMap<>();
        Map<String, Parameter> frozen = new LinkedHashMap<>();
        trainable.forEach(
                (name, parameter) ->
                        (grouping.trains(name) ? trained : frozen).put(name, parameter));
        frozen.values().forEach(parameter -> parameter.freeze(true));
        return new HeldBack(ImmutableMap.copyOf(trained), ImmutableMap.copyOf(frozen));
    }

    @Override
    public void close() {
        frozen.values().stream()
                .filter(parameter -> !parameter.getArray().isReleased())
                .forEach(parameter -> parameter.freeze(false));
    }
}
