package io.github.peft4j.tuner.xlora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.Ops;

/**
 * Linear layers from a hidden state to a score for each expert, ReLU and dropout between them.
 *
 * @param layers in order
 * @param layerCount L: for how many adapted layers it gives scores, 1 if they all get the same
 * @param experts K
 * @param dropout probability in training
 * @param weighting how scores become weights
 */
record XLoraClassifier(
        ImmutableList<Layer> layers,
        int layerCount,
        int experts,
        double dropout,
        XLoraWeighting weighting) {

    /**
     * One layer.
     *
     * @param position its place in PEFT's sequence, where ReLU and dropout count too
     */
    record Layer(int position, Parameter weight, Parameter bias) {}

    /** Weights [B, S, L, K] of a hidden state [B, S, H]. */
    NDArray weights(NDArray hidden, AdapterPass pass) {
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
        return ExpertWeights.ofScores(scores, weighting);
    }
}
