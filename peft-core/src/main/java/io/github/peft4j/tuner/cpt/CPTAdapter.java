package io.github.peft4j.tuner.cpt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.primitives.Floats;
import com.google.common.primitives.Longs;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.tuner.prompt.TextPromptAdapter;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Puts a context before a text, and lets the labels inside both count in the loss.
 *
 * @param weighted whether labels count differently, which no model's own loss knows
 */
record CPTAdapter(TextPromptAdapter prompt, ContextLabels labels, boolean weighted)
        implements ModelAdapter {

    @Override
    public Map<String, Parameter> parameters() {
        return prompt.parameters();
    }

    @Override
    public ModelOutput forward(ModelInput input, BaseModel base, AdapterPass pass) {
        NDArray given = input.labels();
        ModelInput bare = input.without(ModelInput.LABELS).without(ContextLabels.INPUT_TYPE_MASK);
        if (given == null) {
            return prompt.forward(bare, base, pass);
        }
        ModelInput call = prompt.call(bare, pass);
        ContextLabels.Rows rows = labels.of(given, input.get(ContextLabels.INPUT_TYPE_MASK));
        if (!weighted) {
            NDArray all = given.getManager().create(rows.labels().toArray(), rows.shape());
            return base.forward(call.with(ModelInput.LABELS, all), pass)
                    .withVirtualTokens(labels.size());
        }
        ModelOutput output = base.forward(call.withLogits(LogitsToKeep.ALL), pass);
        return output.with(ModelOutput.LOSS, loss(output.logits(), rows))
                .withVirtualTokens(labels.size());
    }

    @Override
    public OptionalLong countedLabels(long[][] given, Map<String, long[]> batch) {
        return OptionalLong.of(
                labels.of(
                                Longs.concat(given),
                                new Shape(given.length, given.length == 0 ? 0 : given[0].length),
                                batch.get(ContextLabels.INPUT_TYPE_MASK))
                        .counted()
                        .labels()
                        .length());
    }

    private static NDArray loss(NDArray logits, ContextLabels.Rows rows) {
        Shape shape = logits.getShape();
        NDArray flat = logits.reshape(shape.get(0) * shape.get(1), shape.get(2));
        ContextLabels.Counted counted = rows.counted();
        NDManager manager = flat.getManager();
        NDArray scores = Ops.rows(flat, manager.create(counted.places().toArray()));
        return Ops.weightedCrossEntropy(
                scores,
                manager.create(counted.labels().toArray()),
                manager.create(Floats.toArray(counted.weights().asList())));
    }
}
