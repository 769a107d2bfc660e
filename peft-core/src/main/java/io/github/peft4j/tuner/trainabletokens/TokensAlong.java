package io.github.peft4j.tuner.trainabletokens;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.set.FileTensor;
import io.github.peft4j.adapter.set.ParameterUses;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.NewAdapter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows of tables that a method trains along with its own adapters: {@code trainable_token_indices}.
 *
 * <p>As in PEFT, an output layer that reads the token embedding's table takes over the embedding's
 * rows, and they are saved once, under the embedding; where a config gives both their own ids, each
 * trains its own rows, also if they share a table.
 *
 * @param adapter where the rows go
 */
public record TokensAlong(NewAdapter adapter) {

    private static final String OPTION = "trainable_token_indices";

    /** What PEFT looks for in a model that does not name its embedding. */
    private static final String USUAL_NAME = "embed_tokens";

    /**
     * Adds the rows.
     *
     * @param names what the config's {@code modules_to_save} says
     * @param tying whether layers with one table must train the same rows
     * @return warnings
     * @throws IllegalArgumentException if a name fits no table, or an id no row
     */
    public List<String> add(TokenIndices indices, List<String> names, boolean tying) {
        Map<LayerSite, List<Integer>> wanted = new LinkedHashMap<>();
        indices.byName().forEach((name, ids) -> find(name, names, ids, wanted));
        ParameterUses slots = new ParameterUses(adapter.model());
        LayerSite embedding = slots.tokenEmbedding().orElse(null);
        List<LayerSite> tied =
                embedding != null && wanted.containsKey(embedding)
                        ? slots.sharing(embedding)
                        : ImmutableList.of();
        List<LayerSite> differing =
                tied.stream().filter(site -> differs(site, embedding, wanted)).toList();
        if (tying && embedding != null && !differing.isEmpty()) {
            throw new IllegalArgumentException(
                    OPTION
                            + " gives "
                            + differing.get(0).path()
                            + " the ids "
                            + wanted.get(differing.get(0))
                            + " and "
                            + embedding.path()
                            + " the ids "
                            + wanted.get(embedding)
                            + ", and ensure_weight_tying is true: layers that share a table train"
                            + " the same rows then. Give both the same ids, or leave out"
                            + " ensure_weight_tying.");
        }
        List<String> warnings = new ArrayList<>();
        boolean follow = differing.isEmpty();
        wanted.forEach(
                (site, ids) -> {
                    if (adapter.saved().contains(site.path())) {
                        warnings.add(
                                OPTION
                                        + " names rows of "
                                        + site.path()
                                        + ", which modules_to_save trains whole. Here the rows"
                                        + " replace those of the trained copy; Python PEFT cannot"
                                        + " run such an adapter.");
                    }
                    if (follow && tied.contains(site)) {
                        return;
                    }
                    TrainedRows rows = rows(ids);
                    add(site, rows.at(site));
                    adapter.set().addFileTensor(key(site), FileTensor.required(rows.rows(site)));
                    if (follow && site.equals(embedding)) {
                        tied.forEach(other -> add(other, rows.following(other)));
                    }
                });
        if (tying && embedding != null && slots.sharing(embedding).isEmpty()) {
            warnings.add(
                    "ensure_weight_tying is true, but no layer shares the table of "
                            + embedding.path()
                            + " (tie_word_embeddings is false): "
                            + OPTION
                            + " trains the rows of the named layers alone.");
        }
        return warnings;
    }

    private static boolean differs(
            LayerSite site, @Nullable LayerSite embedding, Map<LayerSite, List<Integer>> wanted) {
        List<Integer> own = wanted.get(site);
        return own != null && !own.equals(wanted.get(embedding));
    }

    private TrainedRows rows(List<Integer> ids) {
        return new TrainedRows(
                adapter.set().manager(), OPTION, ids, "token_adapter." + TrainedRows.TENSOR, true);
    }

    private static String key(LayerSite site) {
        return LayerTuner.KEY_PREFIX + site.path() + ".token_adapter." + TrainedRows.TENSOR;
    }

    private void add(LayerSite site, TokenRows rows) {
        if (adapter.isAdapted(site.path())) {
            throw new IllegalArgumentException(
                    OPTION
                            + " reaches "
                            + site.path()
                            + ", which target_modules adapts too; a layer has one or the other, as"
                            + " in PEFT. Leave it out of the targets with optExcludeModules(\""
                            + site.path()
                            + "\"), or out of "
                            + OPTION
                            + ".");
        }
        adapter.set().addLayer(LayerTuner.KEY_PREFIX, site.path(), rows);
    }

    /** The layers whose names end so; PEFT asks for no dot before. */
    private void find(
            String name,
            List<String> names,
            List<Integer> ids,
            Map<LayerSite, List<Integer>> wanted) {
        String end = name;
        if (name.equals(TokenIndices.EMBEDDING)) {
            String own = adapter.model().info().inputEmbedding();
            end = own == null ? USUAL_NAME : own;
        }
        if (names.contains(end)) {
            throw new IllegalArgumentException(
                    OPTION
                            + " and modules_to_save both name "
                            + end
                            + ", which is trained whole then. Leave it out of one of the two.");
        }
        String ending = end;
        List<LayerSite> found =
                adapter.model().sites().stream()
                        .filter(site -> site.path().endsWith(ending))
                        .toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    OPTION
                            + " names "
                            + end
                            + ", and no layer's name ends so. Tables of tokens here: "
                            + Joiner.on(", ").join(tables())
                            + ". Name one of them.");
        }
        for (LayerSite site : found) {
            if (site.kind() != LayerKind.EMBEDDING && site.kind() != LayerKind.LINEAR) {
                throw new IllegalArgumentException(
                        OPTION
                                + " names "
                                + site.path()
                                + " ("
                                + site.kind()
                                + "), which has no rows of tokens. Tables of tokens here: "
                                + Joiner.on(", ").join(tables())
                                + ". Name one of them.");
            }
            wanted.putIfAbsent(site, ids);
        }
    }

    private List<String> tables() {
        return adapter.model().sites().stream()
                .filter(site -> site.kind() == LayerKind.EMBEDDING)
                .map(LayerSite::path)
                .sorted()
                .limit(10)
                .toList();
    }
}
