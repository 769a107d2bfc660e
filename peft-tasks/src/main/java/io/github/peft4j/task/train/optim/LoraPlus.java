package io.github.peft4j.task.train.optim;

import ai.djl.nn.Parameter;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * LoRA+: B learns faster than A.
 *
 * <p>Four groups, as in PEFT: A and other matrices with the learning rate; B with {@code ratio}
 * times as much; biases and other vectors too, without decay; A and B of embeddings with a rate of
 * their own.
 *
 * <pre>{@code
 * PeftTrainer.builder(model, arguments)
 *         .optParameterGrouping(LoraPlus.builder(arguments.learningRate(), 16).build())
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/2402.12354">Hayou et al. 2024</a>
 */
public final class LoraPlus implements ParameterGrouping {

    private final double ratio;
    private final double decay;
    private final double embedding;

    private LoraPlus(Builder builder) {
        ratio = builder.ratio;
        decay = builder.decay;
        embedding = builder.embeddingRate / builder.rate;
    }

    /**
     * Starts with PEFT's defaults.
     *
     * @param learningRate peak rate of A; about half of what plain LoRA takes
     * @param ratio rate of B by that of A, at least 1; PEFT's {@code loraplus_lr_ratio}, 16 in the
     *     paper's experiments
     */
    public static Builder builder(double learningRate, double ratio) {
        return new Builder(learningRate, ratio);
    }

    @Override
    public List<ParameterGroup> group(Map<String, Parameter> trainable) {
        Map<String, Parameter> a = new LinkedHashMap<>();
        Map<String, Parameter> embeddings = new LinkedHashMap<>();
        Map<String, Parameter> b = new LinkedHashMap<>();
        Map<String, Parameter> vectors = new LinkedHashMap<>();
        trainable.forEach(
                (name, parameter) -> {
                    if (name.contains("lora_embedding_")) {
                        embeddings.put(name, parameter);
                    } else if (!name.contains("lora_B") && parameter.getShape().dimension() != 1) {
                        a.put(name, parameter);
                    } else if (isDecayed(name, parameter)) {
                        b.put(name, parameter);
                    } else {
                        vectors.put(name, parameter);
                    }
                });
        return ImmutableList.of(
                new ParameterGroup(a, decay, 1),
                new ParameterGroup(embeddings, decay, embedding),
                new ParameterGroup(b, decay, ratio),
                new ParameterGroup(vectors, 0, ratio));
    }

    private static boolean isDecayed(String name, Parameter parameter) {
        Parameter.Type type = parameter.getType();
        return !name.contains("bias")
                && type != Parameter.Type.GAMMA
                && type != Parameter.Type.BETA;
    }

    /** Builds groups. */
    public static final class Builder {

        private final double rate;
        private final double ratio;
        private double decay;
        private double embeddingRate = 1e-6;

        private Builder(double rate, double ratio) {
            Preconditions.checkArgument(
                    rate > 0, "learning_rate is %s; it must be positive, 1e-4 for example.", rate);
            Preconditions.checkArgument(
                    ratio >= 1,
                    "loraplus_lr_ratio is %s; it must be 1 or more, 16 for example.",
                    ratio);
            this.rate = rate;
            this.ratio = ratio;
        }

        /** Decoupled weight decay of all matrices. Default 0. */
        public Builder optWeightDecay(double value) {
            Preconditions.checkArgument(
                    value >= 0, "loraplus_weight_decay is %s; it must be 0 or more.", value);
            decay = value;
            return this;
        }

        /** Learning rate of A and B of embeddings. Default 1e-6. */
        public Builder optEmbeddingRate(double value) {
            Preconditions.checkArgument(
                    value > 0, "loraplus_lr_embedding is %s; it must be positive.", value);
            embeddingRate = value;
            return this;
        }

        /** The groups. */
        public LoraPlus build() {
            return new LoraPlus(this);
        }
    }
}
