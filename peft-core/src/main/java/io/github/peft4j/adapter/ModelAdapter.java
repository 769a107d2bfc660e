package io.github.peft4j.adapter;

import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import java.util.Map;
import java.util.OptionalLong;

/** Runs around the whole model: virtual tokens, prefixes, a routing pre-pass. */
public interface ModelAdapter extends Adapter {

    /** The adapted call; {@code base.forward(input, pass, ...)} runs the layers beneath. */
    ModelOutput forward(ModelInput input, BaseModel base, AdapterPass pass);

    /**
     * How many labels of a causal model's texts count in its mean loss, where that is not what the
     * base alone counts: all but the first of each row, which nothing foretells.
     *
     * @param labels [B][S], -100 where none counts
     * @param batch further columns of the batch by name, flat, as far as they are whole numbers
     */
    default OptionalLong countedLabels(long[][] labels, Map<String, long[]> batch) {
        return OptionalLong.empty();
    }
}
