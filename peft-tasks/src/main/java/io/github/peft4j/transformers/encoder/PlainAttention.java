package io.github.peft4j.transformers.encoder;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.transformers.part.Dropout;
import io.github.peft4j.transformers.part.PathGroup;
import org.jspecify.annotations.Nullable;

/**
 * Every token looks at every token of its sequence, perhaps with a bias by distance.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017, equation 1</a>
 */
final class PlainAttention implements SelfAttention {

    private final AttentionSpec form;
    private final AttentionSpec trainingForm;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final @Nullable PositionBias bias;

    /** Projections at these names of a layer. */
    PlainAttention(
            PathGroup layer,
            EncoderSpec sizes,
            CheckpointNaming names,
            @Nullable PositionBias bias) {
        int hidden = sizes.hiddenSize();
        query = layer.at(names.query(), new Linear(hidden, hidden));
        key = layer.at(names.key(), new Linear(hidden, hidden));
        value = layer.at(names.value(), new Linear(hidden, hidden));
        form = sizes.attention();
        trainingForm = form.withDropout(sizes.attentionDropout());
        this.bias = bias;
    }

    @Override
    public NDArray forward(EncoderCall call, int layer, NDArray rows, NDArray x) {
        AdapterPass pass = call.pass();
        NDArray q = query.forward(pass, rows);
        NDArray k = key.forward(pass, x);
        NDArray v = value.forward(pass, x);
        KeyValueCache cache = call.cache();
        if (cache != null) {
            KeyValueCache.KeyValues all = cache.update(layer, k, v);
            k = all.keys();
            v = all.values();
        }
        AttentionSpec form = Dropout.apply(pass, this.form, trainingForm);
        NDArray added = bias == null ? null : bias.of(call);
        return call.firstOnly()
                ? call.layout().firstAttention(q, k, v, form, added)
                : call.layout().attention(q, k, v, form, added);
    }
}
