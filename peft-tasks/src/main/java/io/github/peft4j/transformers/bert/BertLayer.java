package io.github.peft4j.transformers.bert;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Group;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.AttentionForm;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.part.TokenLayout;

/**
 * One encoder layer, norms after the sums: attention over the own sequence, then two linear layers
 * on each token.
 *
 * @see <a href="https://arxiv.org/abs/1810.04805">Devlin et al. 2018</a>
 */
final class BertLayer extends Module {

    private final BertConfig config;
    private final AttentionForm form;
    private final AttentionForm trainingForm;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear attentionOut;
    private final LayerNorm attentionNorm;
    private final Linear up;
    private final Linear down;
    private final LayerNorm outputNorm;

    BertLayer(BertConfig config) {
        this.config = config;
        int hidden = config.hiddenSize();
        form = AttentionForm.of(config.heads(), hidden / config.heads());
        trainingForm = form.withDropout(config.attentionDropout());
        Group attention = child("attention", new Group());
        Group self = attention.add("self", new Group());
        query = self.add("query", new Linear(hidden, hidden));
        key = self.add("key", new Linear(hidden, hidden));
        value = self.add("value", new Linear(hidden, hidden));
        Group attentionOutput = attention.add("output", new Group());
        attentionOut = attentionOutput.add("dense", new Linear(hidden, hidden));
        attentionNorm =
                attentionOutput.add("LayerNorm", new LayerNorm(hidden, config.layerNormEps()));
        Group intermediate = child("intermediate", new Group());
        up = intermediate.add("dense", new Linear(hidden, config.intermediateSize()));
        Group output = child("output", new Group());
        down = output.add("dense", new Linear(config.intermediateSize(), hidden));
        outputNorm = output.add("LayerNorm", new LayerNorm(hidden, config.layerNormEps()));
    }

    /**
     * The layer's output.
     *
     * @param x hidden states in their layout
     * @param firstOnly whether only the first token of each row is wanted
     */
    NDArray forward(AdapterPass pass, NDArray x, TokenLayout layout, boolean firstOnly) {
        NDArray rows = firstOnly ? layout.first(x) : x;
        AttentionForm form = pass.training() ? trainingForm : this.form;
        NDArray q = query.forward(pass, rows);
        NDArray k = key.forward(pass, x);
        NDArray v = value.forward(pass, x);
        NDArray context =
                firstOnly
                        ? layout.firstAttention(q, k, v, form)
                        : layout.attention(q, k, v, form, null);
        NDArray attended = dropped(pass, attentionOut.forward(pass, context));
        NDArray middle = attentionNorm.forward(pass, attended, rows);
        NDArray wide = Ops.activate(config.activation(), up.forward(pass, middle));
        NDArray narrow = dropped(pass, down.forward(pass, wide));
        return outputNorm.forward(pass, narrow, middle);
    }

    private NDArray dropped(AdapterPass pass, NDArray x) {
        return pass.training() && config.hiddenDropout() > 0
                ? Ops.dropout(x, config.hiddenDropout())
                : x;
    }
}
