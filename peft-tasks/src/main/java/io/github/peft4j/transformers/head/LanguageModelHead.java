package io.github.peft4j.transformers.head;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.LogitsWanted;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.Backbone;
import io.github.peft4j.transformers.part.TokenLayout;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Scores of the vocabulary at each position: {@code lm_head}.
 *
 * <p>Loss: mean cross entropy over the labels that are not -100. Without a wish for logits ({@link
 * LogitsWanted#NONE}) only the positions that have a label are computed, a part of the vocabulary's
 * scores at a time.
 */
public final class LanguageModelHead implements Head {

    private final String name;
    private final Linear layer;
    private final int shift;
    private final double softCap;

    /**
     * A head of this output layer.
     *
     * @param name of the layer in the checkpoint
     * @param layer [V, H], perhaps tied to the token embedding
     * @param shift 1 if a position names the next token (causal), 0 if its own
     * @param softCap c &gt; 0 bends scores to {@code c tanh(score / c)}; 0 leaves them
     */
    public LanguageModelHead(String name, Linear layer, int shift, double softCap) {
        this.name = name;
        this.layer = layer;
        this.shift = shift;
        this.softCap = softCap;
    }

    /** A causal {@code lm_head} without a soft cap. */
    public static LanguageModelHead causal(Linear layer) {
        return new LanguageModelHead("lm_head", layer, 1, 0);
    }

    @Override
    public ImmutableMap<String, Module> modules() {
        return ImmutableMap.of(name, layer);
    }

    @Override
    public Backbone.Wanted wanted(ModelInput input) {
        NDArray mask = input.attentionMask();
        boolean lossOnly = input.logits() == LogitsWanted.NONE && input.labels() != null;
        // A row's first label is foretold by the position before it, even if that is padding.
        return lossOnly && (mask == null || TokenLayout.startsWithTokens(mask))
                ? Backbone.Wanted.TOKENS
                : Backbone.Wanted.ALL;
    }

    @Override
    public Map<String, NDArray> forward(
            AdapterPass pass, Backbone.Output hidden, ModelInput input) {
        Map<String, NDArray> fields = new LinkedHashMap<>();
        TokenLayout layout = hidden.layout();
        NDArray labels = input.labels();
        TokenLoss loss =
                labels == null
                        ? null
                        : TokenLoss.of(labels, layout, shift, layer.weight().getShape().get(0));
        if (input.logits() == LogitsWanted.ALL) {
            NDArray logits = scores(pass, hidden.last());
            if (loss != null) {
                fields.put(ModelOutput.LOSS, loss.ofAll(layout.flat(logits)));
            }
            fields.put(ModelOutput.LOGITS, logits);
            return fields;
        }
        if (loss != null) {
            fields.put(ModelOutput.LOSS, loss(pass, hidden, loss));
        }
        if (input.logits() == LogitsWanted.LAST) {
            fields.put(ModelOutput.LOGITS, scores(pass, hidden.last().get(":, -1:")));
        }
        return fields;
    }

    private NDArray loss(AdapterPass pass, Backbone.Output hidden, TokenLoss loss) {
        NDArray rows = Ops.rows(hidden.layout().flat(hidden.last()), loss.rows());
        if (softCap == 0 && layer.bias() == null && pass.isPlain(layer)) {
            return Ops.linearCrossEntropy(rows, pass.weight(layer), loss.targets());
        }
        return loss.of(scores(pass, rows));
    }

    private NDArray scores(AdapterPass pass, NDArray hidden) {
        NDArray logits = layer.forward(pass, hidden);
        return softCap == 0 ? logits : Ops.scale(Ops.scale(logits, 1 / softCap).tanh(), softCap);
    }
}
