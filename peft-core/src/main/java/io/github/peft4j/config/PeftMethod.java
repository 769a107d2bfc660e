package io.github.peft4j.config;

import io.github.peft4j.config.option.ConfigReader;
import java.util.List;

/**
 * A method as far as its configs go. What makes adapters is its sub-interface {@code Tuner}, which
 * every method implements. Methods announce themselves with {@code @AutoService(PeftMethod.class)};
 * a jar on the class path is enough.
 *
 * @param <C> the method's config
 */
public interface PeftMethod<C extends PeftConfig> {

    /** The table of the method's options. */
    ConfigType<C> configType();

    /** The method's name. */
    default PeftType type() {
        return configType().peftType();
    }

    /**
     * Makes a config of the defaults, overlaid by what the JSON has. What the reader is not asked
     * for counts as unknown.
     *
     * @throws IllegalArgumentException if a field is wrong
     */
    default C parse(ConfigReader json) {
        return configType().read(json);
    }

    /**
     * Which tensors of a file tell, without a base, whether an adapter contributes anything: groups
     * of suffixes such as {@code lora_A.weight}. At a layer that has the tensors of a group it does
     * unless one of them is all zero. Empty where tensors alone do not tell.
     */
    default List<List<String>> factors(C config) {
        return List.of();
    }
}
