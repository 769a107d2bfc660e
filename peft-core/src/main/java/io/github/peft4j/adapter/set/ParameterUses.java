package io.github.peft4j.adapter.set;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Sets;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ParameterUse;
import io.github.peft4j.model.WeightedLayer;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which layer of a model reads which parameter. A parameter that several layers of ours hold has a
 * slot for each of them; any other has one slot.
 */
public final class ParameterUses {

    private final BaseModel model;
    private final IdentityHashMap<Parameter, Parameter> held = new IdentityHashMap<>();
    private final Set<Parameter> shared = Sets.newIdentityHashSet();

    /** The slots of a model. */
    public ParameterUses(BaseModel model) {
        this.model = model;
        model.substitutes().forEach((slot, shown) -> held.put(shown, slot.parameter()));
        IdentityHashMap<Parameter, Block> holders = new IdentityHashMap<>();
        for (LayerSite site : model.sites()) {
            note(site, site.weight(), holders);
            note(site, site.bias(), holders);
        }
    }

    private void note(
            LayerSite site, @Nullable Parameter shown, IdentityHashMap<Parameter, Block> holders) {
        if (shown != null) {
            Block first = holders.putIfAbsent(held(shown), site.block());
            if (first != null && first != site.block()) {
                shared.add(held(shown));
            }
        }
    }

    /** The parameter that blocks hold where the model shows this one in its place. */
    public Parameter held(Parameter shown) {
        return held.getOrDefault(shown, shown);
    }

    /** Whether several layers hold a parameter. */
    public boolean isShared(Parameter shown) {
        return shared.contains(held(shown));
    }

    /** The token embedding, if the model names one that has a table. */
    public Optional<LayerSite> tokenEmbedding() {
        String path = model.info().inputEmbedding();
        return model.sites().stream()
                .filter(site -> site.path().equals(path) && site.weight() != null)
                .findFirst();
    }

    /** The other layers that read a layer's weight. */
    public List<LayerSite> sharing(LayerSite layer) {
        Parameter weight = held(layer.requireWeight());
        return model.sites().stream()
                .filter(site -> site.weight() != null && site.block() != layer.block())
                .filter(site -> held(site.requireWeight()) == weight)
                .toList();
    }

    /** Where a layer reads one of its parameters. */
    public ParameterUse at(LayerSite site, Parameter shown) {
        boolean apart = isShared(shown) && site.block() instanceof WeightedLayer;
        return new ParameterUse(apart ? site.block() : null, held(shown));
    }

    /** The parameter that the model shows in a slot. */
    public Parameter shown(ParameterUse slot) {
        return model.substitutes().getOrDefault(slot, slot.parameter());
    }

    /**
     * Every slot by its parameter's name, in the order of the model; a shared parameter stands
     * under the name that it has in each of its layers.
     */
    public Map<String, ParameterUse> named() {
        Map<String, LayerSite> sites = new HashMap<>();
        model.sites().forEach(site -> sites.put(site.path(), site));
        Map<String, ParameterUse> named = new LinkedHashMap<>();
        model.parameters()
                .forEach(
                        (name, shown) -> {
                            LayerSite site =
                                    sites.get(
                                            name.substring(0, Math.max(0, name.lastIndexOf('.'))));
                            named.put(
                                    name,
                                    site == null
                                            ? new ParameterUse(null, held(shown))
                                            : at(site, shown));
                        });
        for (LayerSite site : model.sites()) {
            for (Pair<String, Parameter> pair : site.block().getDirectParameters()) {
                if (shared.contains(pair.getValue())) {
                    named.putIfAbsent(site.path() + "." + pair.getKey(), at(site, pair.getValue()));
                }
            }
        }
        return ImmutableMap.copyOf(named);
    }
}
