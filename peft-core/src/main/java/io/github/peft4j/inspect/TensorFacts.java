package io.github.peft4j.inspect;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import io.github.peft4j.store.Effect;
import java.util.Map;

/**
 * What the tensors of an adapter's file are.
 *
 * @param tensors how many there are
 * @param parameters how many numbers they have
 * @param bytes the size of the file
 * @param types how many numbers of each type there are, by the type's name in the file
 * @param ranks at how many layers each rank stands, for a method of low-rank pairs; else empty
 * @param effect {@code ACTS}, or {@code AT_START} where all its layers stand where training starts;
 *     {@code NOT_ASKED} where that cannot be told without the base
 * @param others how many tensors belong to no layer whose tensors tell, such as those of a head
 */
public record TensorFacts(
        int tensors,
        long parameters,
        long bytes,
        Map<String, Long> types,
        Map<Long, Integer> ranks,
        Effect effect,
        int others) {

    /** Copies the maps. */
    public TensorFacts {
        types = ImmutableMap.copyOf(types);
        ranks = ImmutableSortedMap.copyOf(ranks);
    }
}
