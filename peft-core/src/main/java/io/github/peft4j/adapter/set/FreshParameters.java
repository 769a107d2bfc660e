package io.github.peft4j.adapter.set;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Sets;
import io.github.peft4j.model.ParameterUse;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tells which random parameters of a base stay random under an adapter. */
public final class FreshParameters {

    private FreshParameters() {}

    /**
     * Names of parameters that start fresh and of which the adapter has no copy of its own.
     *
     * @param fresh those of the base, by name
     */
    public static List<String> frozen(Map<String, Parameter> fresh, AdapterSet set) {
        Set<Parameter> copied = Sets.newIdentityHashSet();
        for (ParameterUse use : set.savedModules().keySet()) {
            copied.add(use.parameter());
        }
        copied.addAll(new HashSet<>(set.biases().keySet()));
        ImmutableList.Builder<String> names = ImmutableList.builder();
        fresh.forEach(
                (name, parameter) -> {
                    if (!copied.contains(parameter)) {
                        names.add(name);
                    }
                });
        return names.build();
    }

    /** What to do about them, in words. */
    public static String cure(List<String> names) {
        String first = names.get(0);
        int end = first.lastIndexOf('.');
        return "Name the module in modules_to_save (\"%s\"), or set the task_type whose head it is."
                .formatted(end < 0 ? first : first.substring(0, end));
    }
}
