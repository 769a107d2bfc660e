package io.github.peft4j.task.train.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.TensorOps;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adam with decoupled weight decay, with PyTorch's numbers.
 *
 * <p>For each tensor p with gradient g at step t: \(p \leftarrow p (1 - \eta\lambda)\), \(m
 * \leftarrow \beta_1 m + (1 - \beta_1) g\), \(v \leftarrow \beta_2 v + (1 - \beta_2) g^2\), \(p
 * \leftarrow p - \eta \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}\).
 *
 * <p>The moments are float32, start at zero and live in a manager of their own; {@link #state} and
 * {@link #restore} save and bring them back.
 *
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter 2019, algorithm 2</a>
 */
public final class AdamW implements AutoCloseable {

    private final NDManager manager;
    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final boolean olderForm;
    private final Map<String, Slot> slots = new LinkedHashMap<>();
    private long step;

    private record Slot(Parameter parameter, double decay, double rate, NDArray m, NDArray v) {}

    private AdamW(Builder builder) {
        beta1 = builder.beta1;
        beta2 = builder.beta2;
        epsilon = builder.epsilon;
        olderForm = builder.olderForm;
        manager = Engines.newManager();
        manager.setName("AdamW");
        for (Builder.Group group : builder.groups) {
            group.parameters()
                    .forEach(
                            (name, parameter) -> {
                                NDArray p = parameter.getArray();
                                Slot slot =
                                        new Slot(
                                                parameter,
                                                group.decay(),
                                                group.rate(),
                                                zeros(p),
                                                zeros(p));
                                Preconditions.checkArgument(
                                        slots.put(name, slot) == null,
                                        "Tensor %s is in two parameter groups. Put it into one.",
                                        name);
                            });
        }
        Preconditions.checkArgument(
                !slots.isEmpty(),
                "There is nothing to train. Activate a trainable adapter before the optimizer is"
                        + " made.");
    }

    private NDArray zeros(NDArray like) {
        NDManager there = Engines.newManager(like.getDevice());
        NDArray zeros = there.zeros(like.getShape(), like.getDataType());
        zeros.attach(manager);
        there.close();
        return zeros;
    }

    /** Starts with PyTorch's defaults: betas 0.9 and 0.999, epsilon 1e-8. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Updates every tensor by its gradient, which stays as it is.
     *
     * @param learningRate eta for groups whose factor is 1
     */
    public void step(double learningRate) {
        step++;
        try (Gradients off = Gradients.off()) {
            for (Slot slot : slots.values()) {
                double[] hyper = numbers(learningRate * slot.rate(), slot.decay());
                NDArray p = slot.parameter().getArray();
                try (NDArray gradient = p.getGradient();
                        NDArray numbers = manager.create(hyper)) {
                    TensorOps.adamW(p, gradient, slot.m(), slot.v(), numbers);
                }
            }
        }
    }

    /**
     * What a step computes with. In the older form epsilon is added before the second moment is
     * corrected, and decay comes last: the same as a larger epsilon, and a smaller rate.
     */
    private double[] numbers(double rate, double decay) {
        if (!olderForm) {
            return new double[] {rate, beta1, beta2, epsilon, decay, step};
        }
        double shrunk = rate * (1 - rate * decay);
        double wider = epsilon / Math.sqrt(1 - Math.pow(beta2, (double) step));
        return new double[] {shrunk, beta1, beta2, wider, decay * rate / shrunk, step};
    }

    /** How many steps were made. */
    public long steps() {
        return step;
    }

    /** The moments by {@code name.exp_avg} and {@code name.exp_avg_sq}; not copies. */
    public Map<String, NDArray> state() {
        ImmutableMap.Builder<String, NDArray> state = ImmutableMap.builder();
        slots.forEach(
                (name, slot) -> {
                    state.put(name + ".exp_avg", slot.m());
                    state.put(name + ".exp_avg_sq", slot.v());
                });
        return state.buildOrThrow();
    }

    /**
     * Brings moments and step count back.
     *
     * @throws IllegalArgumentException if a moment is missing or of another shape; nothing has
     *     changed then
     */
    public void restore(Map<String, NDArray> saved, long steps) {
        Map<String, NDArray> targets = state();
        targets.forEach(
                (name, array) -> {
                    NDArray source = saved.get(name);
                    Preconditions.checkArgument(
                            source != null && source.getShape().equals(array.getShape()),
                            "The saved optimizer state has %s for %s, the model needs %s. Resume"
                                    + " with the adapter and options the state was saved with.",
                            source == null ? "nothing" : source.getShape(),
                            name,
                            array.getShape());
                });
        try (Gradients off = Gradients.off()) {
            for (Map.Entry<String, NDArray> target : targets.entrySet()) {
                NDArray source = saved.get(target.getKey());
                if (source != null) {
                    TensorOps.copy(target.getValue(), source);
                }
            }
        }
        step = steps;
    }

    /** Frees the moments. */
    @Override
    public void close() {
        manager.close();
    }

    /** Builds an optimizer. */
    public static final class Builder {

        private final List<Group> groups = new ArrayList<>();
        private double beta1 = 0.9;
        private double beta2 = 0.999;
        private double epsilon = 1e-8;
        private boolean olderForm;

        private Builder() {}

        private record Group(
                ImmutableMap<String, Parameter> parameters, double decay, double rate) {}

        /** Adds tensors with a weight decay lambda of at least 0. */
        public Builder addGroup(Map<String, Parameter> parameters, double weightDecay) {
            return addGroup(parameters, weightDecay, 1);
        }

        /**
         * Adds tensors with a weight decay and a learning rate of their own.
         *
         * @param rateFactor multiplies the learning rate of each step
         */
        public Builder addGroup(
                Map<String, Parameter> parameters, double weightDecay, double rateFactor) {
            Preconditions.checkArgument(
                    weightDecay >= 0, "weight decay is %s; it must be 0 or more.", weightDecay);
            Preconditions.checkArgument(
                    rateFactor > 0, "The rate factor is %s; it must be positive.", rateFactor);
            groups.add(new Group(ImmutableMap.copyOf(parameters), weightDecay, rateFactor));
            return this;
        }

        /** Decay of the first moment, in [0, 1). */
        public Builder optBeta1(double value) {
            beta1 = requireBeta("beta1", value);
            return this;
        }

        /** Decay of the second moment, in [0, 1). */
        public Builder optBeta2(double value) {
            beta2 = requireBeta("beta2", value);
            return this;
        }

        /** Added to the root of the second moment; positive. */
        public Builder optEpsilon(double value) {
            Preconditions.checkArgument(
                    value > 0, "epsilon is %s; it must be positive, 1e-8 for example.", value);
            epsilon = value;
            return this;
        }

        /**
         * Whether to compute as Hugging Face's own AdamW did: epsilon is added before the second
         * moment is corrected, and decay comes after the update. Default false, PyTorch's form.
         */
        public Builder optOlderForm(boolean value) {
            olderForm = value;
            return this;
        }

        private static double requireBeta(String name, double value) {
            Preconditions.checkArgument(
                    value >= 0 && value < 1,
                    "%s is %s; it must be in [0, 1), 0.9 for example.",
                    name,
                    value);
            return value;
        }

        /** The optimizer. */
        public AdamW build() {
            return new AdamW(this);
        }
    }
}
