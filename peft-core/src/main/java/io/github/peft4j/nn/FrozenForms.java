package io.github.peft4j.nn;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.engine.Workers;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.PackedWeights;
import io.github.peft4j.precision.FrozenForm;
import io.github.peft4j.precision.Precision;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the layers of a model another form of their frozen weight, by the model's {@link
 * Precision}: linear layers (with the output of a language model) and look-ups. Everything else
 * stays float32.
 */
public final class FrozenForms {

    private static final Logger logger = LoggerFactory.getLogger(FrozenForms.class);

    private static final String NOT_HERE =
            "This processor or this build of PyTorch has no product with packed weights of 16 bits"
                    + " ({}). The weights are held as in the file, which takes longer.";

    private final NDManager manager;
    private final List<LayerSite> sites;

    /** Where the numbers of a weight come from. */
    public interface Weights {

        /** A weight as float32 in a manager of the caller, or null if nothing holds it. */
        @Nullable NDArray read(Parameter weight, NDManager scratch) throws IOException;
    }

    /**
     * The layers of a model.
     *
     * @param manager of the model, with which packed weights go
     */
    public FrozenForms(NDManager manager, List<LayerSite> sites) {
        this.manager = manager;
        this.sites = sites;
    }

    private static boolean hasForms(Object block) {
        return block instanceof Linear || block instanceof Conv1D || block instanceof Embedding;
    }

    /** Lets a layer compute as another of the same weight does. */
    public static void share(LayerSite from, LayerSite to) {
        if (from.block() instanceof Leaf known && to.block() instanceof Leaf leaf) {
            FrozenForm form = known.frozenForm();
            if (form != null) {
                leaf.setFrozenForm(form);
            }
        }
    }

    /** The weights that may be held in another type than float32. */
    public Set<Parameter> weights() {
        return sites.stream()
                .filter(site -> hasForms(site.block()))
                .map(site -> ((Leaf) site.block()).weight())
                .collect(ImmutableSet.toImmutableSet());
    }

    /**
     * Lets the layers compute from weights that are held as in their file, and packs those of
     * linear layers where that is asked for.
     *
     * @return the precision that the layers have now
     * @throws IOException if a weight cannot be read
     */
    public Precision set(Precision wanted, Weights weights) throws IOException {
        if (wanted == Precision.FLOAT32) {
            return wanted;
        }
        for (LayerSite site : sites) {
            if (hasForms(site.block())) {
                Leaf leaf = (Leaf) site.block();
                if (HeldNumbers.isHeld(leaf.weight().getArray())) {
                    leaf.setFrozenForm(heldForm(leaf));
                }
            }
        }
        return wanted == Precision.FP16_PACKED ? pack(weights) : wanted;
    }

    private static FrozenForm heldForm(Leaf leaf) {
        NDArray weight = leaf.weight().getArray();
        if (leaf instanceof Embedding) {
            double scale = leaf.outputScale();
            return (ids, bias) -> {
                NDArray rows = HeldNumbers.embedding(ids, weight);
                return scale == 1 ? rows : Ops.scale(rows, scale);
            };
        }
        boolean turned = leaf instanceof Conv1D;
        return (x, bias) -> HeldNumbers.linear(x, weight, turned, bias);
    }

    /** Packing is slow and LibTorch does it in one thread, so several threads share the layers. */
    private Precision pack(Weights weights) throws IOException {
        List<List<Leaf>> shared = bySize(linearLayers());
        int workers = Math.min(shared.size(), Runtime.getRuntime().availableProcessors());
        List<Packer> packers = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            packers.add(new Packer(new PackedWeights(manager), weights));
        }
        Queue<List<Leaf>> open = new ConcurrentLinkedQueue<>(shared);
        try {
            Workers.runAll(packers.stream().map(packer -> packer.over(open)).toList());
        } catch (EngineException e) {
            if (packers.stream().anyMatch(packer -> packer.count > 0)) {
                throw e;
            }
            logger.warn(NOT_HERE, reason(e));
            return Precision.STORED;
        }
        report(packers);
        return Precision.FP16_PACKED;
    }

    /** Linear layers by their weight; tied ones stand together. */
    private Map<Parameter, List<Leaf>> linearLayers() {
        Map<Parameter, List<Leaf>> layers = new LinkedHashMap<>();
        for (LayerSite site : sites) {
            if (site.block() instanceof Linear || site.block() instanceof Conv1D) {
                Leaf leaf = (Leaf) site.block();
                layers.computeIfAbsent(leaf.weight(), weight -> new ArrayList<>()).add(leaf);
            }
        }
        return layers;
    }

    /** The largest first, so that no thread is left with one at the end. */
    private static List<List<Leaf>> bySize(Map<Parameter, List<Leaf>> layers) {
        return layers.entrySet().stream()
                .sorted(Comparator.comparingLong(layer -> -layer.getKey().getShape().size()))
                .map(Map.Entry::getValue)
                .toList();
    }

    private void report(List<Packer> packers) {
        Map<Leaf, PackedWeights.HalfError> unfit = new HashMap<>();
        packers.forEach(packer -> unfit.putAll(packer.unfit));
        if (!unfit.isEmpty()) {
            logger.warn(
                    "Layers with numbers beyond half precision (65504) are not packed: {}",
                    sites.stream()
                            .filter(site -> unfit.containsKey(site.block()))
                            .map(site -> site.path() + " reaches " + largest(unfit, site))
                            .collect(Collectors.joining(", ")));
        }
        logger.info(
                "Packed {} weights in half precision; the largest relative error is {}",
                packers.stream().mapToInt(packer -> packer.count).sum(),
                packers.stream().mapToDouble(packer -> packer.worst).max().orElse(0));
    }

    private static double largest(Map<Leaf, PackedWeights.HalfError> unfit, LayerSite site) {
        PackedWeights.HalfError error = unfit.get(site.block());
        return error == null ? Double.NaN : error.largest();
    }

    /** What one thread packs. */
    private final class Packer {

        private final PackedWeights packed;
        private final Weights weights;
        private final Map<Leaf, PackedWeights.HalfError> unfit = new HashMap<>();
        private int count;
        private double worst;

        Packer(PackedWeights packed, Weights weights) {
            this.packed = packed;
            this.weights = weights;
        }

        Callable<Void> over(Queue<List<Leaf>> open) {
            return () -> {
                for (List<Leaf> tied = open.poll(); tied != null; tied = open.poll()) {
                    if (Thread.currentThread().isInterrupted()) {
                        throw new InterruptedIOException("Packing the weights was stopped.");
                    }
                    pack(tied);
                }
                return null;
            };
        }

        private void pack(List<Leaf> tied) throws IOException {
            Leaf first = tied.get(0);
            try (NDManager scratch = manager.newSubManager();
                    Gradients off = Gradients.off()) {
                NDArray read = weights.read(first.weight(), scratch);
                if (read == null) {
                    return;
                }
                NDArray weight = first.canonical(read);
                PackedWeights.HalfError error = packed.error(weight);
                if (!error.fits()) {
                    tied.forEach(leaf -> unfit.put(leaf, error));
                    return;
                }
                worst = Math.max(worst, error.error());
                int index = packed.add(weight);
                count++;
                tied.forEach(leaf -> leaf.setFrozenForm((x, b) -> packed.linear(x, index, b)));
            }
        }
    }

    private static String reason(EngineException e) {
        return String.valueOf(e.getMessage())
                .lines()
                .filter(line -> line.contains("Error"))
                .findFirst()
                .orElse("no reason given");
    }
}
