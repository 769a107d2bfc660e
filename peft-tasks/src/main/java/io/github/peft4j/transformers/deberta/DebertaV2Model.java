package io.github.peft4j.transformers.deberta;

import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.transformers.encoder.EncoderLayer;
import io.github.peft4j.transformers.encoder.EncoderSpec;
import io.github.peft4j.transformers.encoder.EncoderStack;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.RequiredPositions;
import io.github.peft4j.transformers.head.MaskedLanguageModel;
import io.github.peft4j.transformers.layout.TokenLayout;
import io.github.peft4j.transformers.part.PathGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** DeBERTa without a head: embeddings and layers that share the vectors of distances. */
final class DebertaV2Model extends PathGroup implements Backbone {

    private final EncoderSpec form;
    private final DebertaV2Embeddings embeddings;
    private final List<EncoderStack.Layer> layers = new ArrayList<>();

    DebertaV2Model(DebertaV2Config config) {
        form = config.sizes().form();
        embeddings = at("embeddings", new DebertaV2Embeddings(config));
        RelativePositions positions =
                new RelativePositions(config.relative(), form.hiddenSize(), form.normEps());
        for (int i = 0; i < form.layers(); i++) {
            EncoderLayer layer =
                    new EncoderLayer(
                            form,
                            DisentangledSelfAttention.NAMES,
                            modules -> new DisentangledSelfAttention(modules, form, positions));
            layers.add(at("encoder.layer." + i, layer));
        }
        positions.placeIn(this);
        if (config.convolutionWidth() > 0) {
            layers.set(0, new ConvolvedLayer(layers.get(0), this, config));
        }
    }

    MaskedLanguageModel masked(MaskedLanguageModel.Names names, ActivationFunction activation) {
        return new MaskedLanguageModel(
                names, form.hiddenSize(), embeddings.words(), activation, form.normEps());
    }

    @Override
    public Optional<String> thirdInput() {
        return embeddings.thirdInput();
    }

    @Override
    public Output forward(AdapterPass pass, ModelInput input, RequiredPositions required) {
        EncoderStack.refuseCache(input);
        TokenLayout layout = EncoderStack.layout(pass, input, required);
        return EncoderStack.run(
                pass,
                input,
                layout,
                required,
                () -> embeddings.forward(pass, input, layout),
                layers);
    }
}
