package io.github.peft4j.config;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.json.JsonType;
import java.util.Locale;

/**
 * Which biases of the base an adapter trains along with its own tensors: the option {@code bias}.
 */
public enum Bias {
    /** None; the only choice if several adapters share a model. {@code none} in JSON. */
    NONE,
    /** Every bias of the model that is not saved whole anyway. {@code all} in JSON. */
    ALL,
    /** The biases of the adapted layers. {@code lora_only}, {@code vera_only}, ... in JSON. */
    ADAPTED_LAYERS;

    /** The JSON form for a method, whose name the third choice bears. */
    static JsonType<Bias> type(PeftType method) {
        String own = method.name().toLowerCase(Locale.ROOT) + "_only";
        return JsonType.choice(ImmutableMap.of(NONE, "none", ALL, "all", ADAPTED_LAYERS, own));
    }
}
