package io.github.peft4j.internal.runtime;

import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.adapter.set.AdapterSet;
import java.util.List;
import java.util.Map;

/** Which adapters cannot act together. */
final class ActivationRules {

    private ActivationRules() {}

    /** The adapter of a name. */
    static AdapterSet require(Map<String, AdapterSet> sets, String name) {
        AdapterSet set = sets.get(name);
        if (set == null) {
            throw new IllegalArgumentException(
                    "There is no adapter '"
                            + name
                            + "'. Adapters of this model: "
                            + sets.keySet()
                            + ". Add or load it first.");
        }
        return set;
    }

    /** As in PEFT: which tokens come first, and whose keys, would be a matter of chance. */
    static void refuseSeveralAroundTheModel(
            Activation activation, List<ModelAdapter> modelAdapters) {
        if (modelAdapters.size() > 1) {
            throw new IllegalArgumentException(
                    "Adapters "
                            + activation.names()
                            + " each change the model's inputs; only one of them can act at a time."
                            + " Activate one (setAdapter).");
        }
    }

    /** An adapter that takes the place of whole modules is the only one to act. */
    static void refuseCompany(Map<String, AdapterSet> acting) {
        acting.forEach(
                (name, set) -> {
                    if (set.isExclusive() && acting.size() > 1) {
                        throw new IllegalArgumentException(
                                "Adapters "
                                        + acting.keySet()
                                        + " cannot act together: '"
                                        + name
                                        + "' takes the place of whole modules. Activate or merge"
                                        + " one of them.");
                    }
                });
    }
}
