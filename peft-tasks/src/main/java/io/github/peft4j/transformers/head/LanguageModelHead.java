package io.github.peft4j.transformers.head;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.rows.RowPlaces;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.Head;
import io.github.peft4j.transformers.family.RequiredPositions;
import io.github.peft4j.transformers.layout.TokenLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Scores of the vocabulary at each position: {@code lm_head}.
 *
 * <p>Scores of a hidden state h are {@code lm_head(f(h)) + b}: the function f changes nothing and
 * the bias b is absent but where a family has them.
 *
 * <p>Loss: mean cross entropy over the labels that are not -100. Without a wish for logits ({@link
 * LogitsToKeep#NONE}) only the positions that have a label are computed, a part of the vocabulary's
 * scores at a time.
 */
public final class LanguageModelHead implements Head {

    private final ImmutableMap<String, Module> modules;
    private final Transform transform;
    private final Linear layer;
    private final int shift;
    private final double softCap;
    private final @Nullable Parameter bias;

    /**
     * A head of this output layer.
     *
     * @param name of the layer in the checkpoint
     * @param layer [V, H], perhaps tied to the token embedding
     * @param shift 1 if a position names the next token (causal), 0 if its own
     * @param softCap c &gt; 0 bends scores to {@code c tanh(score / c)}; 0 leaves them
     */
    public LanguageModelHead(String name, Linear layer, int shift, double softCap) {
        this(ImmutableMap.of(name, layer), (pass, hidden) -> hidden, layer, shift, softCap, null);
    }

    private LanguageModelHead(
            ImmutableMap<String, Module> modules,
            Transform transform,
            Linear layer,
            int shift,
            double softCap,
            @Nullable Parameter bias) {
        this.modules = modules;
        this.transform = transform;
        this.layer = layer;
        this.shift = shift;
        this.softCap = softCap;
        this.bias = bias;
    }

    /**
     * A head of a masked language model, where a position names its own token.
     *
     * @param modules all its modules by checkpoint name
     * @param transform what hidden states go through before the output layer
     */
    static LanguageModelHead masked(
            ImmutableMap<String, Module> modules, Transform transform, Linear layer) {
        return new LanguageModelHead(modules, transform, layer, 0, 0, null);
    }

    /** What comes before the output layer, on hidden states [..., H]. */
    interface Transform {

        /** The output layer's input. */
        NDArray apply(AdapterPass pass, NDArray hidden);
    }

    /** A causal {@code lm_head} without a soft cap. */
    public static LanguageModelHead causal(Linear layer) {
        return new LanguageModelHead("lm_head", layer, 1, 0);
    }

    /** An {@code lm_head} over a decoder whose input is what it is to say, shifted right. */
    public static LanguageModelHead seq2seq(Linear layer) {
        return new LanguageModelHead("lm_head", layer, 0, 0);
    }

    /** The same, with a factor on the hidden states. */
    public LanguageModelHead withInputScale(double factor) {
        Transform scaled = (pass, hidden) -> Ops.scale(transform.apply(pass, hidden), factor);
        return new LanguageModelHead(modules, scaled, layer, shift, softCap, bias);
    }

    /**
     * The same, with a buffer added to the scores.
     *
     * @param values [1, V], whose name is its key in the checkpoint; null for none
     */
    public LanguageModelHead withBias(@Nullable Parameter values) {
        return new LanguageModelHead(modules, transform, layer, shift, softCap, values);
    }

    @Override
    public Map<String, Module> modules() {
        return modules;
    }

    @Override
    public Map<String, Parameter> buffers() {
        return bias == null ? ImmutableMap.of() : ImmutableMap.of(bias.getName(), bias);
    }

    @Override
    public RequiredPositions requiredPositions(ModelInput input) {
        NDArray mask = input.attentionMask();
        boolean lossOnly = input.logits() == LogitsToKeep.NONE && input.labels() != null;
        // The first label behind padding is foretold by padding.
        return lossOnly && (shift == 0 || mask == null || TokenLayout.isPaddedRight(mask))
                ? RequiredPositions.TOKENS
                : RequiredPositions.ALL;
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
        if (input.logits() == LogitsToKeep.ALL) {
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
        if (input.logits() == LogitsToKeep.LAST) {
            fields.put(ModelOutput.LOGITS, scores(pass, hidden.last().get(":, -1:")));
        }
        return fields;
    }

    private NDArray loss(AdapterPass pass, Backbone.Output hidden, TokenLoss loss) {
        NDArray rows = Ops.rows(hidden.layout().flat(hidden.last()), loss.rows());
        if (layer.bias() == null && pass.isPlain(layer)) {
            return Ops.linearCrossEntropy(
                    transform.apply(pass, rows),
                    pass.weight(layer),
                    bias(pass),
                    loss.targets(),
                    softCap);
        }
        return RowPlaces.of(pass).place(loss.batchRows().toArray())
                ? loss.of(scores(pass, rows))
                : loss.ofAll(hidden.layout().flat(scores(pass, hidden.last())));
    }

    private @Nullable NDArray bias(AdapterPass pass) {
        return bias == null ? null : pass.value(bias).reshape(-1);
    }

    private NDArray scores(AdapterPass pass, NDArray hidden) {
        NDArray logits = layer.forward(pass, transform.apply(pass, hidden));
        NDArray added = bias(pass);
        if (added != null) {
            logits = logits.add(added);
        }
        return softCap == 0 ? logits : Ops.scale(Ops.scale(logits, 1 / softCap).tanh(), softCap);
    }
}
