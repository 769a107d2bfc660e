package io.github.peft4j.transformers.encoder;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.RequiredPositions;
import io.github.peft4j.transformers.head.MaskedLanguageModel;
import io.github.peft4j.transformers.layout.TokenLayout;
import io.github.peft4j.transformers.part.PathGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An encoder without a head: embeddings, perhaps a projection to the layers' width, layers, and
 * perhaps a pooler on the first token.
 */
public final class EncoderModel extends PathGroup implements Backbone {

    private final EncoderSpec form;
    private final EncoderEmbeddings embeddings;
    private final @Nullable Linear projection;
    private final List<EncoderLayer> layers = new ArrayList<>();
    private final @Nullable Linear pooler;
    private final boolean takesCache;

    private EncoderModel(Builder parts) {
        form = parts.config.form();
        int hidden = form.hiddenSize();
        embeddings = at("embeddings", new EncoderEmbeddings(parts.config, parts.width, parts.rule));
        projection =
                parts.width == hidden
                        ? null
                        : at("embeddings_project", new Linear(parts.width, hidden));
        for (int i = 0; i < form.layers(); i++) {
            EncoderLayer layer = new EncoderLayer(form, parts.names, parts.bias);
            layers.add(at(parts.names.stack() + "." + i, layer));
        }
        if (parts.bias != null) {
            at(parts.biasPath, parts.bias.module());
        }
        pooler = parts.pooler ? at("pooler.dense", new Linear(hidden, hidden)) : null;
        takesCache = parts.takesCache;
    }

    /** Starts with these sizes and BERT's positions, without a pooler. */
    public static Builder builder(EncoderConfig config, CheckpointNaming names) {
        return new Builder(config, names);
    }

    /**
     * The head of a masked language model on these layers.
     *
     * @param activation before its norm
     */
    public MaskedLanguageModel masked(
            MaskedLanguageModel.Names names, ActivationFunction activation) {
        return new MaskedLanguageModel(
                names, form.hiddenSize(), embeddings.words(), activation, form.normEps());
    }

    @Override
    public Optional<String> thirdInput() {
        return embeddings.thirdInput();
    }

    @Override
    public Output forward(AdapterPass pass, ModelInput input, RequiredPositions required) {
        if (!takesCache) {
            EncoderStack.refuseCache(input);
        }
        TokenLayout layout = EncoderStack.layout(pass, input, required);
        Output output =
                EncoderStack.run(
                        pass, input, layout, required, () -> embed(pass, input, layout), layers);
        return pooler == null ? output : pooled(pass, pooler, output);
    }

    private NDArray embed(AdapterPass pass, ModelInput input, TokenLayout layout) {
        NDArray x = embeddings.forward(pass, input, layout);
        return projection == null ? x : projection.forward(pass, x);
    }

    private static Output pooled(AdapterPass pass, Linear pooler, Output output) {
        NDArray pooled =
                Ops.activate(ActivationFunction.TANH, pooler.forward(pass, output.first()));
        return new Output(
                output.last(),
                output.layout(),
                output.firstOnly(),
                pooled,
                output.hiddenStates(),
                ImmutableMap.of());
    }

    /** Collects what families differ in. */
    public static final class Builder {

        private final EncoderConfig config;
        private final CheckpointNaming names;
        private int width;
        private PositionRule rule = PositionRule.FROM_ZERO;
        private @Nullable PositionBias bias;
        private String biasPath = "";
        private boolean pooler;
        private boolean takesCache;

        private Builder(EncoderConfig config, CheckpointNaming names) {
            this.config = config;
            this.names = names;
            width = config.form().hiddenSize();
        }

        /** Which position a token has; default its index in the row. */
        public Builder optPositions(PositionRule value) {
            rule = value;
            return this;
        }

        /** Features of an embedding; {@code embeddings_project} follows where it is not H. */
        public Builder optEmbeddingSize(int features) {
            width = features;
            return this;
        }

        /** A bias on the scores of all layers, whose numbers stand at this path. */
        public Builder optBias(String path, PositionBias value) {
            biasPath = path;
            bias = value;
            return this;
        }

        /** Whether {@code pooler.dense} stands on the first token; default false. */
        public Builder optPooler(boolean value) {
            pooler = value;
            return this;
        }

        /** Takes keys and values from outside, as prefix tuning gives them. */
        public Builder optTakesCache() {
            takesCache = true;
            return this;
        }

        /** The model. */
        public EncoderModel build() {
            return new EncoderModel(this);
        }
    }
}
