package io.github.peft4j.tuner.lora.calibrate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.statistics.Statistics;
import io.github.peft4j.tuner.LinearShape;
import io.github.peft4j.tuner.lora.InitLoraWeights;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.start.BaseShare;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * LoRA-GA: A and B start so that their first step is close to that of the whole weight.
 *
 * <p>The gradient G of a frozen weight is \(\sum dy^\top x\): a zero is added to the layer's
 * output, whose gradient is dy.
 *
 * @see <a href="https://arxiv.org/abs/2407.05000">Wang et al. 2024, algorithm 1</a>
 */
final class LoraGaStart implements CalibratedStart {

    @Override
    public String name() {
        return "lora_ga";
    }

    @Override
    public LoraConfig run(LoraConfig config, WatchedModel model) {
        GradientPair.Form form = GradientPair.Form.of(config);
        Map<String, FoundPairs.Found> found = new LinkedHashMap<>();
        for (List<LayerSite> group : model.groups(model.sites(), (out, in) -> out * in)) {
            gather(config, form, model, group, found);
        }
        return config.toBuilder()
                .optInitLoraWeights(
                        InitLoraWeights.calibrated(
                                name(), new FoundPairs(name(), BaseShare.KEPT, found)))
                .build();
    }

    /** A layer's input in a batch, and the zero that was added to its output. */
    private record Seen(String path, NDArray x, NDArray zero) {}

    private static void gather(
            LoraConfig config,
            GradientPair.Form form,
            WatchedModel model,
            List<LayerSite> group,
            Map<String, FoundPairs.Found> found) {
        try (NDManager manager = Engines.newManager(model.base().device())) {
            Map<String, NDArray> sums = new LinkedHashMap<>();
            Map<String, Long> counts = new LinkedHashMap<>();
            for (LayerSite site : group) {
                LinearShape shape = LinearShape.of(site);
                sums.put(site.path(), manager.zeros(new Shape(shape.out(), shape.in())));
            }
            for (ModelInput batch : model.batches()) {
                train(model, batch, sums, counts);
                model.listener().onProgress("gradients", found.size(), model.sites().size());
            }
            for (LayerSite site : group) {
                NDArray sum = sums.get(site.path());
                long count = counts.getOrDefault(site.path(), 0L);
                Preconditions.checkArgument(
                        sum != null && count > 0,
                        "No batch has reached the layer %s, so LoRA-GA has no gradient for it. Pass"
                                + " some batches, or leave the layer out of target_modules.",
                        site.path());
                int rank = config.ranks().find(site.path()).orElse(config.r());
                try (NDManager scratch = manager.newSubManager();
                        Gradients off = Gradients.off()) {
                    NDArray mean = sum.div(scratch.create((float) count));
                    mean.attach(scratch);
                    found.put(site.path(), GradientPair.of(site, mean, rank, form));
                }
                model.listener().onProgress("decompositions", found.size(), model.sites().size());
            }
        }
    }

    private static void train(
            WatchedModel model,
            ModelInput batch,
            Map<String, NDArray> sums,
            Map<String, Long> counts) {
        List<Seen> seen = new ArrayList<>();
        Map<String, WatchedModel.Watcher> watchers = new LinkedHashMap<>();
        for (String path : sums.keySet()) {
            watchers.put(
                    path,
                    (x, layer, scope) -> {
                        NDArray y = layer.forward(x);
                        NDArray zero = scope.zeros(y.getShape(), y.getDataType());
                        zero.setRequiresGradient(true);
                        NDArray input = x.stopGradient();
                        input.attach(scope);
                        seen.add(new Seen(path, input, zero));
                        return y.add(zero);
                    });
        }
        model.train(
                batch,
                watchers,
                output -> {
                    Gradients.backward(loss(output));
                    try (Gradients off = Gradients.off()) {
                        for (Seen layer : seen) {
                            NDArray sum = sums.get(layer.path());
                            NDArray dy = layer.zero().getGradient();
                            if (sum != null && dy != null) {
                                Statistics.addWeightGradient(sum, dy, layer.x());
                                counts.merge(layer.path(), 1L, Long::sum);
                            }
                        }
                    }
                });
    }

    private static NDArray loss(ModelOutput output) {
        return output.get(ModelOutput.LOSS)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "LoRA-GA needs a loss, and the model gives none. Put labels"
                                                + " into the batches."));
    }
}
