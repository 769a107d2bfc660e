package io.github.peft4j.transformers;

import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import com.google.common.collect.Maps;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.nn.FrozenForms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes models of the layers of another, which share its numbers and own none. */
final class Replica {

    private Replica() {}

    /**
     * A model of a base's layers in another order, some of them several times.
     *
     * @throws IllegalArgumentException if the base has no such layer
     */
    static TransformerModel of(TransformerModel base, List<Integer> order) {
        ReplicatedNames names = ReplicatedNames.of(base, order);
        TransformerModel model;
        try {
            model = base.deeper(base.config().withLayers(order));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    base.directory()
                            + " can no longer be read, and layer_replication looks up there how the"
                            + " layers are built. Put the checkpoint back.",
                    e);
        }
        Map<String, DataType> types = new LinkedHashMap<>();
        Map<String, Parameter> fresh = new LinkedHashMap<>();
        List<Parameter> open = new ArrayList<>();
        model.parameters()
                .forEach(
                        (name, parameter) -> {
                            String source = names.source(name);
                            Parameter original = require(base.parameters(), source);
                            share(parameter, original);
                            if (base.types().containsKey(source)) {
                                types.put(name, base.types().get(source));
                            }
                            if (base.freshParameters().containsKey(source)) {
                                fresh.put(name, parameter);
                            }
                            long rows = original.getShape().get(0);
                            if (base.resizedTables().known(original) < rows) {
                                open.add(parameter);
                            }
                        });
        model.shares(base, order, types, fresh, open);
        Map<String, LayerSite> originals = Maps.uniqueIndex(base.sites(), LayerSite::path);
        for (LayerSite site : model.sites()) {
            FrozenForms.share(require(originals, names.source(site.path())), site);
        }
        return model;
    }

    private static <T> T require(Map<String, T> all, String name) {
        T one = all.get(name);
        if (one == null) {
            throw new IllegalStateException("The base has no " + name + ".");
        }
        return one;
    }

    private static void share(Parameter parameter, Parameter original) {
        parameter.setShape(null);
        parameter.setArray(original.getArray());
        parameter.freeze(!original.requiresGradient());
    }
}
