package io.github.peft4j.tuner;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.model.LayerSite;
import java.util.List;

/**
 * An adapter that is being made, when its layers have theirs.
 *
 * @param set where further parts go
 * @param model the base
 * @param adapted the layers that have an adapter
 * @param saved paths of the modules that are trained and saved whole
 */
public record NewAdapter(
        AdapterSetBuilder set, BaseModel model, List<LayerSite> adapted, List<String> saved) {

    /** Copies the collections. */
    public NewAdapter {
        adapted = ImmutableList.copyOf(adapted);
        saved = ImmutableList.copyOf(saved);
    }

    /** Whether a layer has an adapter. */
    public boolean isAdapted(String path) {
        return adapted.stream().anyMatch(site -> site.path().equals(path));
    }
}
