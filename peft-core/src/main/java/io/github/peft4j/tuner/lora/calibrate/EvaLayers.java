package io.github.peft4j.tuner.lora.calibrate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The components of the layers' inputs, and the ranks that follow from what they explain. */
final class EvaLayers implements AutoCloseable {

    private final EvaSettings settings;

    /** Each layer by the one whose input stands for its own. */
    private final Map<String, String> watched;

    private final Map<String, Integer> most = new LinkedHashMap<>();
    private final Map<String, IncrementalPca> found = new LinkedHashMap<>();
    private final int budget;
    private Map<String, Integer> ranks;

    /**
     * Nothing is found yet.
     *
     * @param configured the ranks of the config
     * @param watched each layer with the first one that has the same input
     */
    EvaLayers(EvaSettings settings, Map<String, Integer> configured, Map<String, String> watched) {
        this.settings = settings;
        budget = configured.values().stream().mapToInt(Integer::intValue).sum();
        Map<String, Integer> largest = new LinkedHashMap<>();
        configured.forEach(
                (path, rank) ->
                        largest.merge(
                                String.valueOf(watched.get(path)),
                                (int) Math.rint(rank * settings.rho()),
                                Math::max));
        // Layers with an input of their own come first, as ranks that tie go to the first.
        Map<String, String> ordered = new LinkedHashMap<>();
        watched.forEach((path, first) -> putIf(path.equals(first), ordered, path, first));
        watched.forEach((path, first) -> putIf(!path.equals(first), ordered, path, first));
        this.watched = ordered;
        ordered.forEach((path, first) -> most.put(path, largest.getOrDefault(first, 0)));
        for (String path : new LinkedHashSet<>(ordered.values())) {
            found.put(path, new IncrementalPca(path, most.getOrDefault(path, 0)));
        }
        ranks = new LinkedHashMap<>(most);
    }

    private static void putIf(
            boolean condition, Map<String, String> map, String key, String value) {
        if (condition) {
            map.put(key, value);
        }
    }

    /** How many layers are watched. */
    int size() {
        return found.size();
    }

    int mostComponents() {
        return most.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    IncrementalPca pca(String path) {
        IncrementalPca pca = found.get(path);
        if (pca == null) {
            throw new IllegalStateException(path + " is not watched.");
        }
        return pca;
    }

    /** The watched layers whose components still move, as far as their rank needs them. */
    Set<String> open() {
        Set<String> open = new LinkedHashSet<>();
        found.forEach(
                (path, pca) -> {
                    if (!pca.hasConverged(ranks.getOrDefault(path, 0))) {
                        open.add(path);
                    }
                });
        return open;
    }

    /** One component and the layer that it is of. */
    private record Component(String path, float share) {}

    /** Gives the ranks to the components that explain most, over all layers. */
    void distribute() {
        if (!found.values().stream().allMatch(IncrementalPca::hasComponents)) {
            return;
        }
        List<Component> components = new ArrayList<>();
        watched.forEach(
                (path, first) -> {
                    for (float share : pca(first).ratios()) {
                        components.add(new Component(path, share));
                    }
                });
        components.sort(Comparator.comparing(Component::share).reversed());
        Map<String, Integer> counts = new LinkedHashMap<>();
        watched.keySet().forEach(path -> counts.put(path, 0));
        for (Component component : components.subList(0, Math.min(budget, components.size()))) {
            counts.merge(component.path(), 1, Integer::sum);
        }
        watched.forEach((path, first) -> giveTheFirstMore(counts, path, first));
        ranks = counts;
    }

    /** The layer that is watched must have found as much as any that it stands for. */
    private static void giveTheFirstMore(Map<String, Integer> counts, String path, String first) {
        int own = counts.getOrDefault(path, 0);
        int watched = counts.getOrDefault(first, 0);
        if (watched < own) {
            counts.put(first, own);
            counts.put(path, watched);
        }
    }

    /** A of each layer that has a rank left. */
    Map<String, Matrix> found() {
        Map<String, Matrix> matrices = new LinkedHashMap<>();
        ranks.forEach(
                (path, rank) -> {
                    @Nullable String first = watched.get(path);
                    if (rank > 0 && first != null) {
                        matrices.put(path, pca(first).components(rank, settings.whiten()));
                    }
                });
        return matrices;
    }

    @Override
    public void close() {
        found.values().forEach(IncrementalPca::close);
    }
}
