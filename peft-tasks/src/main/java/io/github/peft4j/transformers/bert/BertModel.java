package io.github.peft4j.transformers.bert;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Group;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.Backbone;
import io.github.peft4j.transformers.part.Scope;
import io.github.peft4j.transformers.part.TokenInput;
import io.github.peft4j.transformers.part.TokenLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** BERT without a head: embeddings, encoder layers and perhaps a pooler on the first token. */
final class BertModel extends Module implements Backbone {

    private final BertEmbeddings embeddings;
    private final List<BertLayer> layers = new ArrayList<>();
    private final @Nullable Linear pooler;

    BertModel(BertConfig config, boolean hasPooler) {
        embeddings = child("embeddings", new BertEmbeddings(config));
        Group stack = child("encoder", new Group()).add("layer", new Group());
        for (int i = 0; i < config.layers(); i++) {
            layers.add(stack.add(Integer.toString(i), new BertLayer(config)));
        }
        pooler =
                hasPooler
                        ? child("pooler", new Group())
                                .add("dense", new Linear(config.hiddenSize(), config.hiddenSize()))
                        : null;
    }

    @Override
    public Output forward(AdapterPass pass, ModelInput input, Wanted wanted) {
        boolean all = wanted == Wanted.ALL || input.outputHiddenStates();
        NDArray mask = input.attentionMask();
        NDArray ids = TokenInput.tokens(input);
        TokenLayout layout =
                all || !pass.allowsPacking()
                        ? TokenLayout.padded(ids, mask)
                        : TokenLayout.packedFromFirst(ids, mask);
        List<NDArray> states = new ArrayList<>();
        NDArray x = embeddings.forward(pass, input, layout);
        boolean first = !all && wanted == Wanted.FIRST;
        for (int i = 0; i < layers.size(); i++) {
            boolean firstOnly = first && i == layers.size() - 1;
            BertLayer layer = layers.get(i);
            NDArray y = Scope.run(x, h -> layer.forward(pass, h, layout, firstOnly));
            if (input.outputHiddenStates()) {
                states.add(x);
            } else {
                x.close();
            }
            x = y;
        }
        if (input.outputHiddenStates()) {
            states.add(x);
        }
        Output output =
                new Output(x, layout, first, null, ImmutableList.copyOf(states), ImmutableMap.of());
        return pooler == null ? output : pooled(pass, pooler, output);
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
}
