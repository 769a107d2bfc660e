package io.github.peft4j.nn;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Doubles;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.ops.frozen.FrozenWeights;
import io.github.peft4j.ops.frozen.LowRank;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One token of each row through all layers of a decoder in one call into the engine, for generation
 * with a cache. It computes what the layers compute one by one, with the same operations; what it
 * saves is the way from Java into the engine and back, forty times a layer.
 *
 * <p>It holds for passes in which each layer is computed from its own frozen weight, at most with
 * low-rank products added, as LoRA is; any other pass has to run the layers.
 */
public final class DecoderStep {

    /** In the order in which the script numbers them. */
    private static final ImmutableList<ActivationFunction> ACTIVATIONS =
            ImmutableList.of(
                    ActivationFunction.GELU,
                    ActivationFunction.GELU_TANH,
                    ActivationFunction.RELU,
                    ActivationFunction.SILU);

    private static final int NONE = -1;

    private static final Logger logger = LoggerFactory.getLogger(DecoderStep.class);

    private final List<StepLayer> layers;
    private final FrozenWeights weights;
    private final NDArray plan;
    private final List<Double> numbers;
    private final IdentityHashMap<Parameter, NDArray> known = new IdentityHashMap<>();

    /**
     * Where a step finds what came before it.
     *
     * @param cos [B or 1, 1, R] cosines of the position's angles, each half alike; null where heads
     *     do not turn
     * @param sin the sines, the first half negated
     * @param masks for each layer [B, 1, 1, T], true where a key may be seen; null where all may
     * @param buffers for each layer [B, capacity, K D]
     * @param length positions that the buffers hold; the next one is written
     */
    public record Past(
            @Nullable NDArray cos,
            @Nullable NDArray sin,
            List<@Nullable NDArray> masks,
            List<KeyValueCache.KeyValues> buffers,
            long length) {}

    private DecoderStep(List<StepLayer> layers, FrozenWeights weights) {
        this.layers = layers;
        this.weights = weights;
        StepLayer first = layers.get(0);
        AttentionSpec spec = first.attention().form();
        Norm norm = Norm.of(first.attentionNorm());
        numbers = ImmutableList.of(norm.eps(), spec.scale(), spec.softCap(), norm.offset());
        List<Integer> ints = new ArrayList<>();
        ints.add(layers.size());
        ints.add(spec.heads());
        ints.add(spec.keyValueHeads());
        ints.add(norm.centred() ? 1 : 0);
        ints.add(ACTIVATIONS.indexOf(first.feedForward().activation()));
        ints.add(first.feedForward().gated() ? 1 : 0);
        ints.add(first.attention().projections().size());
        ints.add(first.feedForward().inner().size());
        for (StepLayer layer : layers) {
            addNorm(ints, layer.attentionNorm());
            addNorm(ints, layer.feedForwardNorm());
            ints.add(keptNorm(layer.attention().queryNorm()));
            ints.add(keptNorm(layer.attention().keyNorm()));
            for (int product = 0; product < StepLayer.PRODUCTS; product++) {
                addProduct(ints, layer.product(product));
            }
        }
        plan = manager(first).create(ints.stream().mapToLong(n -> n).toArray());
    }

    /**
     * A step over these layers.
     *
     * @return null if there is none: for layers that differ in more than their window, weights that
     *     are held in another type and not packed, an activation that it does not know, or a build
     *     of PyTorch without its operators
     */
    public static @Nullable DecoderStep of(List<StepLayer> layers) {
        if (layers.isEmpty()) {
            return null;
        }
        StepLayer first = layers.get(0);
        for (StepLayer layer : layers) {
            boolean fits =
                    kind(layer).equals(kind(first))
                            && ACTIVATIONS.contains(layer.feedForward().activation())
                            && layer.norms().stream().allMatch(norm -> fits(norm, first))
                            && layer.products().stream().allMatch(DecoderStep::isPlain);
            if (!fits) {
                return null;
            }
        }
        try {
            return new DecoderStep(layers, weights(layers));
        } catch (EngineException e) {
            logger.debug("No step over all layers: this build of PyTorch lacks its operators", e);
            return null;
        }
    }

    /** What all layers of a step have alike. */
    private static List<Object> kind(StepLayer layer) {
        StepLayer.Attention attention = layer.attention();
        StepLayer.FeedForward feedForward = layer.feedForward();
        return ImmutableList.of(
                attention.form().withWindow(0),
                attention.projections().size(),
                attention.queryNorm() == null,
                attention.keyNorm() == null,
                feedForward.activation(),
                feedForward.gated(),
                feedForward.inner().size());
    }

    private static boolean fits(Leaf norm, StepLayer first) {
        return Norm.of(norm).equals(Norm.of(first.attentionNorm()));
    }

    private static boolean isPlain(Leaf leaf) {
        return leaf.frozenForm() instanceof PackedForm
                || (leaf.frozenForm() == null
                        && leaf.weight().getArray().getDataType() == DataType.FLOAT32);
    }

    private static FrozenWeights weights(List<StepLayer> layers) {
        for (StepLayer layer : layers) {
            for (Leaf leaf : layer.products()) {
                if (leaf.frozenForm() instanceof PackedForm packed) {
                    return packed.weights();
                }
            }
        }
        return new FrozenWeights(manager(layers.get(0)));
    }

    private static NDManager manager(StepLayer layer) {
        return layer.feedForward().down().weight().getArray().getManager();
    }

    private void addNorm(List<Integer> ints, Leaf norm) {
        Parameter bias = norm.bias();
        ints.add(kept(norm.weight()));
        ints.add(bias == null ? NONE : kept(bias));
    }

    private void addProduct(List<Integer> ints, @Nullable Leaf leaf) {
        if (leaf == null) {
            ints.addAll(ImmutableList.of(NONE, NONE, NONE));
            return;
        }
        Parameter bias = leaf.bias();
        if (leaf.frozenForm() instanceof PackedForm packed) {
            ints.add(packed.place());
            ints.add(NONE);
        } else {
            ints.add(NONE);
            note(leaf.weight());
            try (NDArray matrix = leaf.canonical(leaf.weight().getArray().stopGradient())) {
                ints.add(weights.keep(matrix));
            }
        }
        ints.add(bias == null ? NONE : kept(bias));
    }

    private int keptNorm(@Nullable Leaf norm) {
        return norm == null ? NONE : kept(norm.weight());
    }

    private int kept(Parameter parameter) {
        note(parameter);
        try (NDArray alias = parameter.getArray().stopGradient()) {
            return weights.keep(alias);
        }
    }

    private void note(Parameter parameter) {
        known.put(parameter, parameter.getArray());
    }

    /**
     * Runs the layers on the next token of each row, and adds its keys and values to the buffers.
     *
     * @param x [B, 1, H]
     * @param ask what came before, asked for only if the step is made
     * @return [B, 1, H], in x's manager; null if this pass has to run the layers one by one
     */
    public @Nullable NDArray run(AdapterPass pass, NDArray x, Supplier<Past> ask) {
        if (!holds(pass, x)) {
            return null;
        }
        List<Double> scales = new ArrayList<>(numbers);
        List<Integer> spots = new ArrayList<>();
        NDList deltas = new NDList();
        for (StepLayer layer : layers) {
            spots.add(NONE); // its mask
            for (int product = 0; product < StepLayer.PRODUCTS; product++) {
                Leaf leaf = layer.product(product);
                List<LowRank> added = leaf == null ? ImmutableList.of() : pass.lowRanks(leaf);
                if (added == null) {
                    return null;
                }
                spots.add(deltas.size() / 2);
                spots.add(added.size());
                for (LowRank delta : added) {
                    deltas.add(delta.a());
                    deltas.add(delta.b());
                    scales.add(delta.scale());
                }
            }
        }
        Past past = ask.get();
        NDList masks = new NDList();
        for (int i = 0; i < layers.size(); i++) {
            spots.set(i * (1 + 2 * StepLayer.PRODUCTS), mask(past.masks().get(i), masks));
        }
        try (NDManager scratch = x.getManager().newSubManager()) {
            return call(x, past, new Lists(scratch, scales, spots, deltas, masks));
        }
    }

    /** Numbers and tensors of one call. */
    private record Lists(
            NDManager scratch,
            List<Double> numbers,
            List<Integer> spots,
            NDList deltas,
            NDList masks) {}

    private NDArray call(NDArray x, Past past, Lists lists) {
        NDManager scratch = lists.scratch();
        NDArray nothing = scratch.zeros(new Shape(1));
        NDList keys = new NDList();
        NDList values = new NDList();
        for (KeyValueCache.KeyValues pair : past.buffers()) {
            keys.add(pair.keys());
            values.add(pair.values());
        }
        // Arrays, not numbers, which the gateway would keep: they change with each token.
        return weights.step(
                x,
                plan,
                scratch.create(Doubles.toArray(lists.numbers())),
                scratch.create(lists.spots().stream().mapToLong(n -> n).toArray()),
                scratch.create(past.length()),
                past.cos() == null ? nothing : past.cos(),
                past.sin() == null ? nothing : past.sin(),
                filled(lists.deltas(), scratch),
                filled(lists.masks(), scratch),
                keys,
                values);
    }

    private static NDList filled(NDList list, NDManager scratch) {
        return list.isEmpty() ? new NDList(scratch.zeros(new Shape(1))) : list;
    }

    /** The place of a mask among those of the call; layers of one form share theirs. */
    private static int mask(@Nullable NDArray mask, NDList masks) {
        if (mask == null) {
            return NONE;
        }
        for (int i = 0; i < masks.size(); i++) {
            if (masks.get(i) == mask) {
                return i;
            }
        }
        masks.add(mask);
        return masks.size() - 1;
    }

    private boolean holds(AdapterPass pass, NDArray x) {
        if (Gradients.isOn() || pass.training() || !x.getDevice().equals(plan.getDevice())) {
            return false;
        }
        for (Map.Entry<Parameter, NDArray> entry : known.entrySet()) {
            // Whoever gives a parameter another array, as a loader may, takes it away from here.
            if (entry.getKey().getArray() != entry.getValue()) {
                return false;
            }
        }
        return layers.stream().flatMap(layer -> layer.norms().stream()).allMatch(pass::isBare);
    }

    /** What a norm computes besides its weights. */
    private record Norm(boolean centred, double eps, double offset) {

        static Norm of(Leaf leaf) {
            return leaf instanceof RmsNorm rms
                    ? new Norm(false, rms.eps(), rms.offset())
                    : new Norm(true, ((LayerNorm) leaf).eps(), 0);
        }
    }
}
