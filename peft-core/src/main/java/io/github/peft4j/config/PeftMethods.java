package io.github.peft4j.config;

import com.google.common.base.Joiner;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import io.github.peft4j.exception.UnsupportedFeatureException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SortedSet;

/** Finds methods among the services on the class path. */
public final class PeftMethods {

    private static final ImmutableMap<String, PeftMethod<?>> ALL = load();

    private PeftMethods() {}

    @SuppressWarnings("rawtypes") // a service type has no parameters
    private static ImmutableMap<String, PeftMethod<?>> load() {
        Map<String, PeftMethod<?>> all = new LinkedHashMap<>();
        for (PeftMethod tuner :
                ServiceLoader.load(PeftMethod.class, PeftMethod.class.getClassLoader())) {
            PeftMethod<?> typed = tuner;
            PeftMethod<?> other = all.putIfAbsent(typed.type().name(), typed);
            Preconditions.checkState(
                    other == null,
                    "Two classes claim the method %s: %s and %s. Remove one from the class path.",
                    typed.type(),
                    other == null ? null : other.getClass().getName(),
                    typed.getClass().getName());
        }
        return ImmutableMap.copyOf(all);
    }

    /** The method, if this version has it. */
    public static Optional<PeftMethod<?>> find(PeftType type) {
        return Optional.ofNullable(ALL.get(type.name()));
    }

    /**
     * The method.
     *
     * @throws UnsupportedFeatureException if this version lacks it; the text lists those it has
     */
    public static PeftMethod<?> require(PeftType type) {
        return find(type)
                .orElseThrow(
                        () ->
                                new UnsupportedFeatureException(
                                        "The method "
                                                + type
                                                + " is not implemented in this version. Available: "
                                                + Joiner.on(", ").join(names())
                                                + ". Use one of these."));
    }

    /** The names of all methods on the class path. */
    public static SortedSet<String> names() {
        return ImmutableSortedSet.copyOf(ALL.keySet());
    }
}
