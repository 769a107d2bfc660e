package io.github.peft4j.internal.weights;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.model.ParameterUse;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What acts through the numbers of a parameter, by where it is read. */
public final class WeightFolds {

    private static final Fold NONE = new Fold(ImmutableList.of(), (current, all, pass) -> current);

    private final Map<ParameterUse, Fold> folds = new HashMap<>();

    /** Adapters, innermost first, and how they meet the parameter. */
    public void put(
            ParameterUse place, ImmutableList<WeightAdapter> adapters, WeightComposition form) {
        folds.put(place, new Fold(adapters, form));
    }

    /** Adapters of the parameter itself, beneath those of the layer that reads it. */
    public void putBeneath(ParameterUse place, Collection<WeightAdapter> adapters) {
        ImmutableList<WeightAdapter> own = ImmutableList.copyOf(adapters);
        Fold over = folds.getOrDefault(place, NONE);
        put(
                place,
                ImmutableList.<WeightAdapter>builder().addAll(own).addAll(over.adapters()).build(),
                (current, all, pass) ->
                        over.apply(WeightComposition.bare().apply(current, own, pass), pass));
    }

    public void remove(ParameterUse place) {
        folds.remove(place);
    }

    /** The adapters that act there, innermost first. */
    public ImmutableList<WeightAdapter> at(ParameterUse place) {
        Fold fold = find(place);
        return fold == null ? ImmutableList.of() : fold.adapters();
    }

    /** What they make of the numbers that are read there. */
    public NDArray apply(ParameterUse place, NDArray current, AdapterPass pass) {
        Fold fold = find(place);
        return fold == null ? current : fold.apply(current, pass);
    }

    /** A layer reads what is put at it, or else what is put at the parameter. */
    private @Nullable Fold find(ParameterUse place) {
        Fold own = folds.get(place);
        return own == null && place.layer() != null
                ? folds.get(new ParameterUse(null, place.parameter()))
                : own;
    }

    private record Fold(ImmutableList<WeightAdapter> adapters, WeightComposition form) {

        NDArray apply(NDArray current, AdapterPass pass) {
            return form.apply(current, adapters, pass);
        }
    }
}
