package io.github.peft4j.tuner.lora.attach;

import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Multi-head attentions with a packed projection: as in PEFT the output projection of one that is
 * adapted gets an adapter too, under a key of its own.
 */
final class Attentions {

    private Attentions() {}

    /**
     * The layers with the output projections of the attentions among them, in the model's order.
     */
    static List<LayerSite> withOutputs(BaseModel model, List<LayerSite> layers) {
        Set<String> outputs =
                layers.stream()
                        .filter(site -> site.kind() == LayerKind.ATTENTION)
                        .map(site -> site.path() + ".out_proj")
                        .collect(Collectors.toSet());
        return outputs.isEmpty()
                ? layers
                : model.sites().stream()
                        .filter(site -> layers.contains(site) || outputs.contains(site.path()))
                        .toList();
    }

    /** Whether a layer lies inside one of the attentions. */
    static boolean isInside(LayerSite site, List<LayerSite> adapted) {
        return !keyPath(site, adapted).equals(site.path());
    }

    /** What PEFT calls a layer: what lies inside an adapted attention is inside its wrapper. */
    static String keyPath(LayerSite site, List<LayerSite> adapted) {
        for (LayerSite around : adapted) {
            if (around.kind() == LayerKind.ATTENTION
                    && site.path().startsWith(around.path() + ".")) {
                return around.path()
                        + ".base_layer"
                        + site.path().substring(around.path().length());
            }
        }
        return site.path();
    }
}
