package io.github.peft4j.tuner.lora.attach;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.adapter.set.ParameterUses;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.PythonRegex;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.NewAdapter;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.layer.LoraEmbedding;
import io.github.peft4j.tuner.lora.layer.LoraLayer;
import io.github.peft4j.tuner.lora.layer.TiedLora;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code ensure_weight_tying}: whatever a config asks for at the token embedding or at a layer that
 * reads its table is made at the embedding, and the other layers follow.
 */
final class TiedTables {

    /** How embeddings are usually called. */
    private static final ImmutableSet<String> USUAL_NAMES =
            ImmutableSet.of("embed_tokens", "lm_head");

    private final List<LayerSite> embedding;
    private final List<LayerSite> followers;

    TiedTables(BaseModel model) {
        ParameterUses slots = new ParameterUses(model);
        embedding = slots.tokenEmbedding().map(List::of).orElse(List.of());
        followers = embedding.stream().flatMap(site -> slots.sharing(site).stream()).toList();
    }

    /** The config with the embedding in the place of the layers that follow it. */
    LoraConfig complete(LoraConfig config) {
        if (!config.ensureWeightTying() || followers.isEmpty()) {
            return config;
        }
        List<String> saved = config.modulesToSave();
        if (names(saved)) {
            return (LoraConfig) config.withModulesToSave(List.copyOf(moved(saved)));
        }
        OneOrMany<String> targets = config.targetModules().orElse(null);
        if (targets == null || !reaches(targets)) {
            return config;
        }
        String source = source().path();
        OneOrMany<String> moved =
                targets.single()
                        ? OneOrMany.one(
                                "(?:" + targets.value() + "|^" + source.replace(".", "\\.") + "$)")
                        : OneOrMany.many(moved(targets.values()));
        return config.toBuilder()
                .optTargets(config.targets().withTargetModules(moved))
                .build(warning -> {});
    }

    private LayerSite source() {
        return embedding.get(0);
    }

    private boolean reaches(OneOrMany<String> targets) {
        if (!targets.single()) {
            return names(targets.values());
        }
        PythonRegex pattern =
                PythonRegex.compile("target_modules", targets.value(), targets.value());
        return lastParts().stream().anyMatch(pattern::matchesWhole)
                || paths().anyMatch(pattern::matchesWhole);
    }

    private boolean names(Collection<String> modules) {
        Set<String> last = lastParts();
        return modules.stream().map(TiedTables::lastPart).anyMatch(last::contains);
    }

    private Set<String> lastParts() {
        return Stream.concat(USUAL_NAMES.stream(), paths().map(TiedTables::lastPart))
                .collect(Collectors.toSet());
    }

    private Stream<String> paths() {
        return Stream.concat(embedding.stream(), followers.stream()).map(LayerSite::path);
    }

    private static String lastPart(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /**
     * As PEFT does it: the embedding by its full name at the end, and of each follower one name.
     */
    private List<String> moved(Collection<String> modules) {
        List<String> names = new ArrayList<>(modules);
        if (!names.contains(source().path())) {
            names.add(source().path());
        }
        for (LayerSite follower : followers) {
            String dotted = "." + follower.path() + ".";
            names.stream()
                    .filter(name -> dotted.contains("." + name + "."))
                    .findFirst()
                    .ifPresent(names::remove);
        }
        return names;
    }

    /** The layers that get an adapter of their own. */
    List<LayerSite> withoutFollowers(LoraConfig config, List<LayerSite> matched) {
        return isTied(config, matched)
                ? matched.stream().filter(site -> !followers.contains(site)).toList()
                : matched;
    }

    private boolean isTied(LoraConfig config, List<LayerSite> adapted) {
        return config.ensureWeightTying() && !followers.isEmpty() && adapted.contains(source());
    }

    /**
     * Adds the adapters of the layers that follow the embedding.
     *
     * @param layers the rank and scale that hold at a layer
     * @return warnings
     */
    List<String> addFollowers(
            LoraConfig config, NewAdapter adapter, Function<LayerSite, LoraLayer> layers) {
        if (!config.ensureWeightTying()) {
            return ImmutableList.of();
        }
        if (isTied(config, adapter.adapted())) {
            followers.forEach(site -> addFollower(adapter.set(), layers.apply(site)));
            return ImmutableList.of();
        }
        if (config.trainableTokenIndices().isPresent()
                || (!followers.isEmpty() && adapter.saved().contains(source().path()))) {
            return ImmutableList.of();
        }
        return ImmutableList.of(
                followers.isEmpty()
                        ? "ensure_weight_tying is true, but no layer of this model shares the token"
                                + " embedding's weight (tie_word_embeddings is false), so it has no"
                                + " effect."
                        : "ensure_weight_tying is true, but neither target_modules nor"
                                + " modules_to_save names one of the layers that share a weight, "
                                + paths().collect(Collectors.joining(" and "))
                                + ", so it has no effect.");
    }

    private void addFollower(AdapterSetBuilder set, LoraLayer layer) {
        String path = layer.layer().path();
        String above = LayerTuner.KEY_PREFIX + source().path() + ".";
        layer.layer()
                .require(
                        set.layer(source().path()) instanceof LoraEmbedding
                                && !layer.config().loraBias(),
                        "ensure_weight_tying",
                        true,
                        "false, as this variant of LoRA has tensors that a tied layer cannot share");
        Parameter a = set.tensor(above + "lora_embedding_A");
        Parameter b = set.tensor(above + "lora_embedding_B");
        TiedLora follower = new TiedLora(a, b, layer.scaling(), layer.dropout());
        set.addLayer(LayerTuner.KEY_PREFIX, path, follower);
        follower.file()
                .forEach(
                        (name, tensor) ->
                                set.addFileTensor(
                                        LayerTuner.KEY_PREFIX + path + "." + name, tensor));
    }
}
