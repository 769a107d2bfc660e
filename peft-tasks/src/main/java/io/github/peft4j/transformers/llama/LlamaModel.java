package io.github.peft4j.transformers.llama;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Group;
import io.github.peft4j.nn.Module;
import io.github.peft4j.nn.RmsNorm;
import io.github.peft4j.transformers.Backbone;
import io.github.peft4j.transformers.part.RotaryPositions;
import io.github.peft4j.transformers.part.Scope;
import io.github.peft4j.transformers.part.TokenInput;
import io.github.peft4j.transformers.part.TokenLayout;
import java.util.ArrayList;
import java.util.List;

/** Llama without a head: token embedding, decoder layers, a norm. */
final class LlamaModel extends Module implements Backbone {

    private final LlamaConfig config;
    private final Embedding words;
    private final List<LlamaLayer> layers = new ArrayList<>();
    private final RmsNorm norm;

    LlamaModel(LlamaConfig config) {
        this.config = config;
        Integer padding = config.padTokenId() < 0 ? null : config.padTokenId();
        words =
                child(
                        "embed_tokens",
                        new Embedding(config.vocabSize(), config.hiddenSize(), padding));
        Group stack = child("layers", new Group());
        for (int i = 0; i < config.layers(); i++) {
            layers.add(stack.add(Integer.toString(i), new LlamaLayer(config, i)));
        }
        norm = child("norm", new RmsNorm(config.hiddenSize(), config.normEps()));
    }

    /** The token embedding, for an output that reads its weight. */
    Embedding words() {
        return words;
    }

    @Override
    public Output forward(AdapterPass pass, ModelInput input, Wanted wanted) {
        boolean all = wanted == Wanted.ALL || input.outputHiddenStates();
        TokenLayout layout = TokenInput.layout(pass, input, all);
        RotaryPositions positions = config.rope().at(TokenInput.positions(input, layout));
        List<NDArray> states = new ArrayList<>();
        NDArray x = TokenInput.embed(pass, words, input, layout);
        for (LlamaLayer layer : layers) {
            NDArray y = Scope.run(x, h -> layer.forward(pass, h, layout, positions, input.cache()));
            if (input.outputHiddenStates()) {
                states.add(x);
            } else {
                x.close();
            }
            x = y;
        }
        NDArray last = norm.forward(pass, x);
        if (input.outputHiddenStates()) {
            states.add(last);
        }
        return new Output(last, layout, ImmutableList.copyOf(states));
    }
}
