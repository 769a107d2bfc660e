package io.github.peft4j.examples.demo.story;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import java.util.Map;

/**
 * The sums of all weights of a network, to tell later whether one of them has changed by a bit.
 *
 * @param sums sha256 by parameter name
 * @param count number of weights
 */
public record WeightSnapshot(ImmutableMap<String, HashCode> sums, long count) {

    public static WeightSnapshot of(Map<String, Parameter> weights) {
        ImmutableMap.Builder<String, HashCode> sums = ImmutableMap.builder();
        long count = 0;
        for (Map.Entry<String, Parameter> weight : weights.entrySet()) {
            NDArray array = weight.getValue().getArray();
            sums.put(weight.getKey(), Hashing.sha256().hashBytes(array.toByteBuffer()));
            count += array.size();
        }
        return new WeightSnapshot(sums.buildOrThrow(), count);
    }
}
