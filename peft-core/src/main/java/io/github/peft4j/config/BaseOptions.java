package io.github.peft4j.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a config says about the base's own weights and biases; flat in JSON.
 *
 * @param fanInFanOut whether weights are stored as [in, out]; corrected by what the layers are;
 *     default false
 * @param bias which biases are trained along; default none
 */
public record BaseOptions(boolean fanInFanOut, BiasOption bias) {

    /** PEFT's defaults. */
    public static final BaseOptions DEFAULT = new BaseOptions(false, BiasOption.NONE);

    /** The same with another order of storage. */
    public BaseOptions withFanInFanOut(boolean value) {
        return new BaseOptions(value, bias);
    }

    /** Puts the fields under their JSON keys. */
    public void putInto(Map<String, @Nullable Object> json) {
        json.put("fan_in_fan_out", fanInFanOut);
        json.put("bias", bias.jsonName());
    }
}
