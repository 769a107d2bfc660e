package io.github.peft4j.transformers;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedMap;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.transformers.family.Family;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The families on the class path, by {@code model_type}. */
final class Families {

    private static final ImmutableSortedMap<String, Family> ALL =
            byModelType(ServiceLoader.load(Family.class, Family.class.getClassLoader()));

    private Families() {}

    /**
     * Families by the model types they read.
     *
     * @throws IllegalStateException if two read the same one
     */
    static ImmutableSortedMap<String, Family> byModelType(Iterable<Family> families) {
        TreeMap<String, Family> all = new TreeMap<>();
        for (Family family : families) {
            for (String type : family.modelTypes()) {
                Family other = all.putIfAbsent(type, family);
                Preconditions.checkState(
                        other == null,
                        "Two families read model_type '%s': %s and %s. Remove one from the class"
                                + " path.",
                        type,
                        other == null ? null : other.getClass().getName(),
                        family.getClass().getName());
            }
        }
        return ImmutableSortedMap.copyOf(all);
    }

    /**
     * The family of a model.
     *
     * @throws UnsupportedFeatureException if there is none; the text lists the known types
     */
    static Family require(String modelType) {
        Family family = ALL.get(modelType);
        if (family == null) {
            throw new UnsupportedFeatureException(
                    "model_type '"
                            + JsonReasons.shown(modelType)
                            + "' is not available in this version. Available: "
                            + modelTypes()
                            + ".");
        }
        return family;
    }

    /** All values of {@code model_type} that can be loaded, sorted. */
    static ImmutableSet<String> modelTypes() {
        return ALL.keySet();
    }
}
