package io.github.peft4j.cli.conformance.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.model.FixedKeyValueCache;
import io.github.peft4j.model.KeyValueCache.KeyValues;
import io.github.peft4j.model.ModelInput;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a case calls its model with. */
public final class CaseInput {

    private CaseInput() {}

    /**
     * The arguments {@code in.*} of a case; {@code past_key.<i>} and {@code past_value.<i>} [B, K,
     * P, H] become its cache.
     */
    public static ModelInput of(ExpectedFile expected) {
        Map<String, NDArray> arrays = new LinkedHashMap<>(expected.startingWith("in."));
        ImmutableList.Builder<KeyValues> layers = ImmutableList.builder();
        boolean past = false;
        for (int i = 0; ; i++) {
            NDArray key = arrays.remove("past_key." + i);
            NDArray value = arrays.remove("past_value." + i);
            if (key == null || value == null) {
                break;
            }
            past = true;
            layers.add(new KeyValues(sideBySide(key), sideBySide(value)));
        }
        ModelInput input = ModelInput.of(arrays);
        return past ? input.withCache(new FixedKeyValueCache(layers.build())) : input;
    }

    private static NDArray sideBySide(NDArray heads) {
        Shape shape = heads.getShape();
        return heads.transpose(0, 2, 1, 3)
                .reshape(shape.get(0), shape.get(2), shape.get(1) * shape.get(3));
    }
}
