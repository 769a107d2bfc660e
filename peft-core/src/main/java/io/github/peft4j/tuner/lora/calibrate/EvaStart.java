package io.github.peft4j.tuner.lora.calibrate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import com.google.common.collect.Iterables;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.tuner.lora.InitLoraWeights;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.start.BaseShare;
import io.github.peft4j.tuner.lora.start.LoraInitializer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * EVA: A starts at the principal components of what goes into a layer, B at zero, and ranks go to
 * the layers whose components explain most.
 *
 * @see <a href="https://arxiv.org/abs/2410.07170">Paischer et al. 2024, algorithm 1</a>
 */
final class EvaStart implements CalibratedStart {

    /** Times that the batches are gone through before this gives up. */
    private static final int MAX_EPOCHS = 1000;

    @Override
    public String name() {
        return "eva";
    }

    @Override
    public LoraConfig run(LoraConfig config, WatchedModel model) {
        EvaSettings settings = EvaSettings.of(config);
        ModelInput first = Iterables.getFirst(model.batches(), null);
        Preconditions.checkArgument(
                first != null, "EVA has no batches. Pass some batches of the training data.");
        Map<String, String> watched = equalInputs(model, first, settings);
        Map<String, Integer> ranks = new LinkedHashMap<>();
        model.sites().forEach(s -> ranks.put(s.path(), rank(config, s.path())));
        try (EvaLayers layers = new EvaLayers(settings, ranks, watched)) {
            converge(model, layers, settings);
            return withStart(config, model, layers.found());
        }
    }

    /** Each layer with the first one that has the same input. */
    private static Map<String, String> equalInputs(
            WatchedModel model, ModelInput batch, EvaSettings settings) {
        Map<String, Integer> hashes = new LinkedHashMap<>();
        Map<String, WatchedModel.Watcher> watchers = new LinkedHashMap<>();
        for (LayerSite site : model.sites()) {
            watchers.put(
                    site.path(),
                    (x, layer, scope) -> {
                        Matrix rows = Matrix.of(settings.rows(x, batch));
                        hashes.putIfAbsent(site.path(), rows.hash());
                        return layer.forward(x);
                    });
        }
        model.look(batch, watchers);
        Map<Integer, String> firsts = new HashMap<>();
        Map<String, String> watched = new LinkedHashMap<>();
        for (LayerSite site : model.sites()) {
            Integer hash = hashes.get(site.path());
            Preconditions.checkArgument(
                    hash != null,
                    "The layer %s has no part in a pass over the first batch, so EVA cannot see its"
                            + " input. Leave it out of target_modules.",
                    site.path());
            firsts.putIfAbsent(hash, site.path());
            watched.put(site.path(), firsts.get(hash));
        }
        return watched;
    }

    private static void converge(WatchedModel model, EvaLayers layers, EvaSettings settings) {
        for (int epoch = 0; epoch < MAX_EPOCHS; epoch++) {
            boolean seen = false;
            for (ModelInput batch : model.batches()) {
                Set<String> open = layers.open();
                model.listener()
                        .onProgress("layers converged", layers.size() - open.size(), layers.size());
                if (open.isEmpty()) {
                    return;
                }
                seen |= look(model, batch, layers, open, settings);
                layers.distribute();
            }
            Preconditions.checkArgument(
                    seen,
                    "No batch has as many rows as EVA needs for its components (%s). Pass larger"
                            + " batches, or choose a smaller r or rho.",
                    layers.mostComponents());
        }
        throw new IllegalArgumentException(
                "EVA's components have not settled after "
                        + MAX_EPOCHS
                        + " times through the batches: "
                        + layers.open()
                        + ". Lower tau, or pass more batches.");
    }

    private static boolean look(
            WatchedModel model,
            ModelInput batch,
            EvaLayers layers,
            Set<String> open,
            EvaSettings settings) {
        boolean[] seen = {false};
        Map<String, WatchedModel.Watcher> watchers = new LinkedHashMap<>();
        for (String path : open) {
            watchers.put(
                    path,
                    (x, layer, scope) -> {
                        NDArray rows = settings.rows(x, batch);
                        seen[0] |= layers.pca(path).add(rows, settings.tau());
                        return layer.forward(x);
                    });
        }
        model.look(batch, watchers);
        return seen[0];
    }

    private static int rank(LoraConfig config, String path) {
        return config.ranks().find(path).orElse(config.r());
    }

    private LoraConfig withStart(LoraConfig config, WatchedModel model, Map<String, Matrix> found) {
        boolean adjust = EvaSettings.of(config).adjustScalingFactors();
        Map<String, Integer> ranks = new LinkedHashMap<>();
        Map<String, Double> alphas = new LinkedHashMap<>();
        Map<String, FoundPairs.Found> pairs = new LinkedHashMap<>();
        Set<String> targets = new LinkedHashSet<>();
        for (LayerSite site : model.sites()) {
            Matrix a = found.get(site.path());
            if (a == null) {
                continue; // no component of this layer explains enough
            }
            int rank = (int) a.shape().get(0);
            int old = rank(config, site.path());
            double alpha =
                    config.alphas()
                            .find(site.path())
                            .map(Number::doubleValue)
                            .orElse(config.loraAlpha());
            if (rank != old && adjust) {
                alpha *= (double) rank / old;
            }
            if (rank != config.r()) {
                ranks.put(site.path(), rank);
            }
            if (alpha != config.loraAlpha()) {
                alphas.put(site.path(), alpha);
            }
            pairs.put(
                    site.path(),
                    (manager, layer) ->
                            new LoraInitializer.Pair(
                                    a.in(manager),
                                    manager.zeros(new Shape(layer.out(), layer.rank()))));
            targets.add(site.path());
        }
        targets.addAll(model.others());
        return config.toBuilder()
                .optTargetModules(targets)
                .optRankPattern(ranks)
                .optAlphaPattern(alphas)
                .optInitLoraWeights(
                        InitLoraWeights.calibrated(
                                name(), new FoundPairs(name(), BaseShare.NONE, pairs)))
                .build();
    }
}
