package io.github.peft4j.tuner.xlora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.tuner.InitialValue;

/**
 * Linear layers from a hidden state to a score for each expert, ReLU and dropout between them.
 *
 * @param layers in order
 * @param layerCount L: for how many adapted layers it gives scores, 1 if they all get the same
 * @param experts K
 * @param config the dropout between layers, and how scores become weights
 */
record XLoraClassifier(
        ImmutableList<Layer> layers, int layerCount, int experts, XLoraConfig config) {

    private static final String KEY = "base_model.internal_xlora_classifier.layers.";

    /** One linear layer. */
    record Layer(Parameter weight, Parameter bias) {}

    /** A fresh classifier, as wide between its layers as the config says. */
    static XLoraClassifier add(XLoraConfig config, AdapterSetBuilder set, int adaptedLayers) {
        int experts = config.adapters().size();
        int scored = config.layerwiseScalings() ? adaptedLayers : 1;
        int between = config.xloraDropoutP() > 0 ? 3 : 2; // linear, ReLU, dropout
        ImmutableList.Builder<Layer> layers = ImmutableList.builder();
        for (int i = 0; i < config.xloraDepth(); i++) {
            boolean last = i == config.xloraDepth() - 1;
            long in = i == 0 ? config.hiddenSize() : config.xloraSize();
            long out = last ? (long) experts * scored : config.xloraSize();
            layers.add(layer(config, set, i * between, in, out));
        }
        return new XLoraClassifier(layers.build(), scored, experts, config);
    }

    private static Layer layer(
            XLoraConfig config, AdapterSetBuilder set, int position, long in, long out) {
        double bound = 1 / Math.sqrt((double) in);
        Layer layer =
                new Layer(
                        InitialValue.uniform(bound, new Shape(out, in)).trained("weight"),
                        InitialValue.uniform(bound, new Shape(out)).trained("bias"));
        // PEFT takes ".0." for the name of expert 0, and so loses the classifier's own layer 0.
        boolean lost = config.adapters().containsKey(String.valueOf(position));
        add(set, KEY + position + ".weight", layer.weight(), lost);
        add(set, KEY + position + ".bias", layer.bias(), lost);
        return layer;
    }

    private static void add(AdapterSetBuilder set, String key, Parameter parameter, boolean lost) {
        if (lost) {
            set.addLocalState(key, parameter);
        } else {
            set.addTensor(key, parameter);
        }
    }

    /** Weights [B, S, L, K] of a hidden state [B, S, H]. */
    NDArray weights(NDArray hidden, AdapterPass pass) {
        double dropout = config.xloraDropoutP();
        NDArray x = hidden;
        for (int i = 0; i < layers.size(); i++) {
            if (i > 0) {
                x = x.getNDArrayInternal().relu();
                x = dropout > 0 && pass.training() ? Ops.dropout(x, dropout) : x;
            }
            Layer layer = layers.get(i);
            x = Ops.linear(x, pass.value(layer.weight()), pass.value(layer.bias()));
        }
        Shape shape = hidden.getShape();
        NDArray scores = x.reshape(shape.get(0), shape.get(1), layerCount, experts);
        return ExpertWeights.ofScores(scores, config);
    }
}
