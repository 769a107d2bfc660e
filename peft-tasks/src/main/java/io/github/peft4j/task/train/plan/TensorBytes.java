package io.github.peft4j.task.train.plan;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** What tensors take. */
final class TensorBytes {

    private TensorBytes() {}

    /** The bytes of these parameters; one that is there twice counts once. */
    static long of(Collection<Parameter> parameters) {
        Set<Parameter> once = Collections.newSetFromMap(new IdentityHashMap<>());
        once.addAll(parameters);
        return once.stream().mapToLong(parameter -> of(parameter.getArray())).sum();
    }

    private static long of(NDArray array) {
        return array.getShape().size() * array.getDataType().getNumOfBytes();
    }
}
