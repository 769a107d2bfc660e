package io.github.peft4j.tuner.lora.calibrate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.ops.Decompositions;
import io.github.peft4j.ops.statistics.Statistics;
import io.github.peft4j.tuner.LinearShape;
import io.github.peft4j.tuner.lora.InitLoraWeights;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.start.BaseShare;
import io.github.peft4j.tuner.lora.start.LoraInitializer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * CorDA: the weight is decomposed as the data see it, and A and B start at the parts that matter
 * most for them ({@code ipm}), or least ({@code kpm}, which keeps what the model knows).
 *
 * <p>With \(C = \frac{1}{n} \sum x^\top x\), damped so that it can be inverted, and \(W C = U S
 * V^\top\): \(A = \sqrt{S_r / s}\,V_r^\top C^{-1}\) and \(B = U_r \sqrt{S_r / s}\).
 *
 * @see <a href="https://arxiv.org/abs/2406.05223">Yang et al. 2024, section 3</a>
 */
final class CordaStart implements CalibratedStart {

    private static final ImmutableList<String> METHODS = ImmutableList.of("ipm", "kpm");

    @Override
    public String name() {
        return "corda";
    }

    @Override
    public LoraConfig run(LoraConfig config, WatchedModel model) {
        Map<String, ?> options = config.cordaConfig();
        String method = Settings.text(options, "corda_method", "ipm");
        Preconditions.checkArgument(
                METHODS.contains(method),
                "corda_method is %s; it must be one of %s.",
                method,
                METHODS);
        for (String key : List.of("cache_file", "covariance_file")) {
            Preconditions.checkArgument(
                    options.get(key) == null,
                    "corda_config.%s names a file of Python's pickle, which is never opened here."
                            + " Leave it out.",
                    key);
        }
        Map<String, FoundPairs.Found> found = new LinkedHashMap<>();
        for (List<LayerSite> group : model.groups(model.sites(), (out, in) -> in * in)) {
            gather(config, model, group, method.equals("kpm"), found);
        }
        return config.toBuilder()
                .optInitLoraWeights(
                        InitLoraWeights.calibrated(
                                name(), new FoundPairs(name(), BaseShare.KEPT, found)))
                .build();
    }

    private static void gather(
            LoraConfig config,
            WatchedModel model,
            List<LayerSite> group,
            boolean last,
            Map<String, FoundPairs.Found> found) {
        try (NDManager manager = Engines.newManager(model.base().device());
                Gradients off = Gradients.off()) {
            Map<String, NDArray> sums = new LinkedHashMap<>();
            Map<String, Long> texts = new LinkedHashMap<>();
            for (LayerSite site : group) {
                long in = LinearShape.of(site).in();
                sums.put(site.path(), manager.zeros(new Shape(in, in)));
            }
            for (ModelInput batch : model.batches()) {
                look(model, batch, sums, texts);
                model.listener().onProgress("covariances", found.size(), model.sites().size());
            }
            for (LayerSite site : group) {
                NDArray sum = sums.get(site.path());
                long count = texts.getOrDefault(site.path(), 0L);
                Preconditions.checkArgument(
                        sum != null && count > 0,
                        "No batch has reached the layer %s, so CorDA has no covariance for it. Pass"
                                + " some batches, or leave the layer out of target_modules.",
                        site.path());
                int rank = config.ranks().find(site.path()).orElse(config.r());
                found.put(site.path(), decompose(site, sum, count, rank, last));
                model.listener().onProgress("decompositions", found.size(), model.sites().size());
            }
        }
    }

    /** Each text counts by itself, as in PEFT, which wants one text a call. */
    private static void look(
            WatchedModel model,
            ModelInput batch,
            Map<String, NDArray> sums,
            Map<String, Long> texts) {
        Map<String, WatchedModel.Watcher> watchers = new LinkedHashMap<>();
        sums.forEach(
                (path, sum) ->
                        watchers.put(
                                path,
                                (x, layer, scope) -> {
                                    long rows =
                                            x.getShape().dimension() > 2 ? x.getShape().get(0) : 1;
                                    for (long i = 0; i < rows; i++) {
                                        NDArray text = x.getShape().dimension() > 2 ? x.get(i) : x;
                                        Statistics.add(sum, Statistics.scaledCovariance(text));
                                    }
                                    texts.merge(path, rows, Long::sum);
                                    return layer.forward(x);
                                }));
        model.look(batch, watchers);
    }

    private static FoundPairs.Found decompose(
            LayerSite site, NDArray sum, long count, int rank, boolean last) {
        try (NDManager scratch = sum.getManager().newSubManager()) {
            NDArray covariance = sum.div(scratch.create((float) count));
            covariance.attach(scratch);
            Preconditions.checkArgument(
                    Double.isFinite(covariance.sum().getFloat()),
                    "The inputs of %s are not all finite numbers. Look at the batches.",
                    site.path());
            NDArray w = Weights.of(site, scratch);
            NDList damped = Decompositions.dampedInverse(covariance);
            NDList usv = Decompositions.svd(w.matMul(damped.get(0)));
            int first = last ? (int) usv.get(1).size() - rank : 0;
            Preconditions.checkArgument(
                    first >= 0 && rank <= usv.get(1).size(),
                    "r is %s, but at %s it must be at most %s for CorDA. Choose a smaller r.",
                    rank,
                    site.path(),
                    usv.get(1).size());
            String part = first + ":" + (first + rank);
            Matrix u = Matrix.of(usv.get(0).get(":, " + part));
            Matrix s = Matrix.of(usv.get(1).get(part));
            Matrix v = Matrix.of(usv.get(2).get(part).matMul(damped.get(1)));
            return (manager, layer) -> {
                try (NDManager own = manager.newSubManager()) {
                    NDList parts = new NDList(u.in(own), s.in(own), v.in(own));
                    return LoraInitializer.Pair.in(
                            manager, Decompositions.balancedPair(parts, 0, rank, layer.scaling()));
                }
            };
        }
    }
}
