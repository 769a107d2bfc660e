package io.github.peft4j.transformers.head;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.checkpoint.CheckpointKeys;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.family.FamilyParts;
import io.github.peft4j.transformers.family.Head;
import io.github.peft4j.transformers.part.PathGroup;

/**
 * Puts the head of a masked language model on an encoder: a linear layer, an activation, a norm,
 * and scores of the vocabulary by the word embedding read backwards, plus a bias.
 *
 * @param names where the checkpoint holds it
 * @param hidden features of a token
 * @param words the word embedding; its width is what the scores are made of
 * @param activation before the norm
 * @param normEps added to the variance in the norm
 */
public record MaskedLanguageModel(
        Names names, int hidden, Embedding words, ActivationFunction activation, double normEps) {

    /**
     * Paths in a checkpoint.
     *
     * @param dense the linear layer
     * @param norm the norm
     * @param decoder the output layer, whose weight files usually lack; empty if Python has no
     *     module for it, and takes the linear layer for it
     * @param biasOwner the module that holds the output layer's bias; empty if that is the layer
     * @param normFirst whether Python names the norm before the linear layer
     */
    public record Names(
            String dense, String norm, String decoder, String biasOwner, boolean normFirst) {

        /** BERT's and DeBERTa's. */
        public static final Names BERT =
                new Names(
                        "cls.predictions.transform.dense",
                        "cls.predictions.transform.LayerNorm",
                        "cls.predictions.decoder",
                        "cls.predictions",
                        false);

        /** RoBERTa's and MPNet's. */
        public static final Names ROBERTA =
                new Names(
                        "lm_head.dense", "lm_head.layer_norm", "lm_head.decoder", "lm_head", false);
    }

    /**
     * The parts of an encoder with this head.
     *
     * @param embedding full name of the word embedding's weight
     */
    public FamilyParts on(
            FamilyParts.Builder parts,
            PretrainedConfig config,
            CheckpointKeys keys,
            String embedding) {
        String weight = names.decoder + ".weight";
        String bias = names.decoder + ".bias";
        if (names.decoder.isEmpty()) {
            return parts.optHead(head(true)).optOutputEmbedding(names.dense).build();
        }
        boolean tied = keys.tied(config, embedding, weight);
        if (tied) {
            parts.addAlias(embedding, weight);
        }
        if (!names.biasOwner.isEmpty()) {
            parts.addAlias(names.biasOwner + ".bias", bias);
            parts.addAlias(bias, names.biasOwner + ".bias");
        }
        return parts.optHead(head(tied)).optOutputEmbedding(names.decoder).build();
    }

    private Head head(boolean tied) {
        PathGroup root = new PathGroup();
        long width = words.weight().getShape().get(1);
        Linear dense = new Linear(hidden, width);
        LayerNorm norm = new LayerNorm(width, normEps);
        Parameter shared =
                names.biasOwner.isEmpty() ? null : root.biasOf(names.biasOwner, words.rows());
        if (names.normFirst) {
            root.at(names.norm, norm);
        }
        root.at(names.dense, dense);
        if (!names.normFirst) {
            root.at(names.norm, norm);
        }
        Linear decoder;
        if (!tied) {
            decoder = new Linear(width, words.rows());
        } else if (shared == null) {
            decoder = Linear.tiedToWithBias(words.weight());
        } else {
            decoder = Linear.tiedTo(words.weight(), shared);
        }
        if (!names.decoder.isEmpty()) {
            root.at(names.decoder, decoder);
        }
        return LanguageModelHead.masked(
                ImmutableMap.copyOf(root.members()),
                (pass, x) -> transformed(pass, x, dense, norm),
                decoder);
    }

    private NDArray transformed(AdapterPass pass, NDArray x, Linear dense, LayerNorm norm) {
        return norm.forward(pass, Ops.activate(activation, dense.forward(pass, x)));
    }
}
