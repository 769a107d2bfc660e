package io.github.peft4j.combine;

import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftMethod;
import java.util.List;

/**
 * A method whose adapters can take each other's place under one name while a model is in use.
 *
 * @param <C> the method's config
 */
public interface SwappableMethod<C extends PeftConfig> extends PeftMethod<C> {

    /**
     * How tensors of another adapter act at the layers of this one.
     *
     * @param name of the adapter, for texts
     * @param now its config
     * @param next the config of the adapter whose tensors come
     * @throws IllegalArgumentException if they differ in what tensors do not tell
     */
    C swapped(String name, C now, C next);

    /**
     * Gives those tensors that the other adapter lacks start values without effect.
     *
     * @param set its tensors have no values yet
     * @param missing their keys
     */
    void silence(AdapterSet set, List<String> missing);
}
