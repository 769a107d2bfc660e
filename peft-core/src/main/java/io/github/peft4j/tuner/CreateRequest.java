package io.github.peft4j.tuner;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.PeftConfig;
import java.util.List;
import java.util.Map;

/**
 * What a tuner is asked for.
 *
 * @param model the base
 * @param config the method's config, its saved modules filled in as far as they are known before
 *     targets are matched
 * @param lateModulesToSave heads that are saved whole but are not left out of the targets; a target
 *     that reaches one is refused
 * @param others the model's other adapters by name, all of the same method, in the order in which
 *     they came: some methods share tensors, or allow only what agrees with the first
 * @param otherSets the parts of those adapters, by name
 * @param source loads adapters that this one is made of
 */
public record CreateRequest<C extends PeftConfig>(
        BaseModel model,
        C config,
        List<String> lateModulesToSave,
        Map<String, C> others,
        Map<String, AdapterSet> otherSets,
        AdapterSource source) {

    /** Copies the collections. */
    public CreateRequest {
        lateModulesToSave = ImmutableList.copyOf(lateModulesToSave);
        others = ImmutableMap.copyOf(others);
        otherSets = ImmutableMap.copyOf(otherSets);
    }
}
