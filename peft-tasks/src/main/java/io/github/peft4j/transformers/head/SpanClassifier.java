package io.github.peft4j.transformers.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.Head;
import io.github.peft4j.transformers.family.RequiredPositions;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A linear layer {@code qa_outputs} that scores each token as the first and as the last of an
 * answer.
 *
 * <p>Loss: the mean of two cross entropies over the S positions of a row. As in transformers, a
 * position above S does not count and a negative one counts as 0.
 */
public final class SpanClassifier implements Head {

    private final Linear layer;
    private final double dropout;

    /**
     * A fresh head.
     *
     * @param hidden features of a token
     * @param dropout probability before the layer
     */
    public SpanClassifier(int hidden, double dropout) {
        layer = new Linear(hidden, 2);
        this.dropout = dropout;
    }

    @Override
    public Map<String, Module> modules() {
        return ImmutableMap.of("qa_outputs", layer);
    }

    @Override
    public RequiredPositions requiredPositions(ModelInput input) {
        return RequiredPositions.ALL;
    }

    @Override
    public Map<String, NDArray> forward(
            AdapterPass pass, Backbone.Output hidden, ModelInput input) {
        NDArray last = hidden.last();
        NDArray dropped = pass.training() && dropout > 0 ? Ops.dropout(last, dropout) : last;
        NDList halves = layer.forward(pass, dropped).split(2, 2);
        NDArray starts = halves.get(0).squeeze(2);
        NDArray ends = halves.get(1).squeeze(2);
        Map<String, NDArray> fields = new LinkedHashMap<>();
        NDArray first = input.get(ModelInput.START_POSITIONS);
        NDArray end = input.get(ModelInput.END_POSITIONS);
        if (first != null && end != null) {
            NDArray sum = loss(starts, first).add(loss(ends, end));
            fields.put(ModelOutput.LOSS, Ops.scale(sum, 0.5));
        }
        fields.put(ModelOutput.START_LOGITS, starts);
        fields.put(ModelOutput.END_LOGITS, ends);
        return fields;
    }

    private static NDArray loss(NDArray scores, NDArray positions) {
        NDArray flat = positions.reshape(-1);
        SequenceLoss.checkRows(scores, flat);
        long length = scores.getShape().get(1);
        long[] values = flat.toLongArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.max(0, Math.min(values[i], length));
        }
        NDManager manager = scores.getManager();
        return Ops.crossEntropy(scores, manager.create(values), length);
    }
}
