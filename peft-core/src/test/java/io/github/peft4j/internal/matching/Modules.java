package io.github.peft4j.internal.matching;

import io.github.peft4j.model.LayerKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Models of linear layers, made from their names. */
final class Modules {

    private Modules() {}

    static MatchableModules linear(String... layers) {
        return linear(List.of(layers));
    }

    /** The layers in the order of their names, their containers before them. */
    static MatchableModules linear(Collection<String> layers) {
        Map<String, LayerKind> kinds = new LinkedHashMap<>();
        for (String layer : new TreeSet<>(layers)) {
            for (int dot = layer.indexOf('.'); dot >= 0; dot = layer.indexOf('.', dot + 1)) {
                kinds.putIfAbsent(layer.substring(0, dot), LayerKind.OTHER);
            }
            kinds.put(layer, LayerKind.LINEAR);
        }
        List<ModuleInfo> modules = new ArrayList<>();
        kinds.forEach((path, kind) -> modules.add(new ModuleInfo(path, kind)));
        return MatchableModules.of(modules);
    }
}
