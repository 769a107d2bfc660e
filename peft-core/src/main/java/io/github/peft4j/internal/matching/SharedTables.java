package io.github.peft4j.internal.matching;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.adapter.set.ParameterUses;
import io.github.peft4j.model.LayerSite;
import java.util.List;

/** What it means for an adapter that layers of the base share a weight. */
public final class SharedTables {

    private SharedTables() {}

    /** Python PEFT merges into the weight itself, and so into every layer that reads it. */
    public static ImmutableList<String> warnOfWeights(
            BaseModel model, AdapterSetBuilder set, List<LayerSite> adapted) {
        ParameterUses slots = new ParameterUses(model);
        for (LayerSite site : adapted) {
            for (LayerSite other : slots.sharing(site)) {
                if (!set.hasLayer(other.path())) {
                    return ImmutableList.of(
                            "The layers "
                                    + site.path()
                                    + " and "
                                    + other.path()
                                    + " share one weight (tie_word_embeddings). Without"
                                    + " ensure_weight_tying the adapter acts on "
                                    + site.path()
                                    + " alone, here also when it is merged; Python PEFT changes"
                                    + " both when it merges.");
                }
            }
        }
        return ImmutableList.of();
    }

    /** A copy takes the place of a table for the layers that are saved, and for no other. */
    public static ImmutableList<String> warnOfCopies(BaseModel model, List<String> saved) {
        ParameterUses slots = new ParameterUses(model);
        for (LayerSite site : model.sites()) {
            if (site.weight() == null || !saved.contains(site.path())) {
                continue;
            }
            for (LayerSite other : slots.sharing(site)) {
                if (!saved.contains(other.path())) {
                    return ImmutableList.of(
                            "modules_to_save trains a copy of "
                                    + site.path()
                                    + ", and "
                                    + other.path()
                                    + ", which shares its weight (tie_word_embeddings), keeps the"
                                    + " base's. Set ensure_weight_tying where both should follow.");
                }
            }
        }
        return ImmutableList.of();
    }

    /** Adds the paths of the layers that read the table of an embedding that is saved whole. */
    public static void addReaders(BaseModel model, List<String> saved) {
        ParameterUses slots = new ParameterUses(model);
        slots.tokenEmbedding()
                .filter(embedding -> saved.contains(embedding.path()))
                .ifPresent(
                        embedding ->
                                slots.sharing(embedding).stream()
                                        .map(LayerSite::path)
                                        .filter(path -> !saved.contains(path))
                                        .forEach(saved::add));
    }
}
