package io.github.peft4j.transformers.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Group;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.Head;
import io.github.peft4j.transformers.family.RequiredPositions;
import io.github.peft4j.transformers.part.Dropout;
import java.util.Map;

/**
 * Two linear layers {@code classification_head.dense} and {@code classification_head.out_proj} on
 * the decoder's state at the last end-of-text token, with dropout before each and tanh between: T5
 * and BART, whose decoder reads the text itself, shifted right.
 */
public final class EosClassifier implements Head {

    private final PretrainedConfig config;
    private final int eos;
    private final double dropout;
    private final Group head = new Group();
    private final Linear dense;
    private final Linear output;

    /**
     * A fresh head.
     *
     * @param hidden features of a token
     * @param eos id of the token that ends a text
     * @param dropout probability before each layer
     */
    public EosClassifier(PretrainedConfig config, int hidden, int eos, double dropout) {
        this.config = config;
        this.eos = eos;
        this.dropout = dropout;
        dense = head.add("dense", new Linear(hidden, hidden));
        output = head.add("out_proj", new Linear(hidden, config.numLabels(2)));
    }

    @Override
    public Map<String, Module> modules() {
        return ImmutableMap.of("classification_head", head);
    }

    @Override
    public RequiredPositions requiredPositions(ModelInput input) {
        return input.logits() == LogitsToKeep.NONE && input.labels() != null
                ? RequiredPositions.TOKENS
                : RequiredPositions.ALL;
    }

    @Override
    public Map<String, NDArray> forward(
            AdapterPass pass, Backbone.Output hidden, ModelInput input) {
        NDArray index = hidden.layout().rows(lastEnds(input, hidden.layout().shape()));
        NDArray rows = Ops.rows(hidden.layout().flat(hidden.last()), index);
        NDArray middle =
                Ops.activate(
                        ActivationFunction.TANH,
                        dense.forward(pass, Dropout.apply(pass, rows, dropout)));
        NDArray logits = output.forward(pass, Dropout.apply(pass, middle, dropout));
        return SequenceLoss.fields(config, logits, input);
    }

    /** Place of each row's last end in the batch laid flat. */
    private long[] lastEnds(ModelInput input, Shape shape) {
        NDArray ids = input.inputIds();
        if (ids == null || !ids.getShape().equals(shape)) {
            throw new IllegalArgumentException(
                    "This head finds a text's end in input_ids, which must have the shape of what"
                            + " the decoder reads, "
                            + shape
                            + (ids == null ? "; there are none" : "; they are " + ids.getShape())
                            + ". Give input_ids alone.");
        }
        long[] tokens = ids.toLongArray();
        int length = (int) shape.get(1);
        long[] last = new long[(int) shape.get(0)];
        int[] counts = new int[last.length];
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] == eos) {
                last[i / length] = i;
                counts[i / length]++;
            }
        }
        for (int row = 0; row < counts.length; row++) {
            if (counts[row] == 0 || counts[row] != counts[0]) {
                throw new IllegalArgumentException(
                        "Row "
                                + row
                                + " has "
                                + counts[row]
                                + " tokens "
                                + eos
                                + " (eos_token_id), row 0 has "
                                + counts[0]
                                + ". Every text of a batch needs the same number, at least one:"
                                + " check the tokenizer and its truncation.");
            }
        }
        return last;
    }
}
