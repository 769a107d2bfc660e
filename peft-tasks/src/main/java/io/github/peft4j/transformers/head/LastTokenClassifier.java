package io.github.peft4j.transformers.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.Head;
import io.github.peft4j.transformers.family.RequiredPositions;
import java.util.Map;

/**
 * A linear layer {@code score} on the last token that is not padding: decoders as classifiers.
 *
 * <p>As in transformers the last token is found by {@code pad_token_id}, not by the mask; an input
 * of embeddings is read at its last position.
 */
public final class LastTokenClassifier implements Head {

    private final PretrainedConfig config;
    private final Linear score;

    /**
     * A fresh head.
     *
     * @param hidden features of a token
     */
    public LastTokenClassifier(PretrainedConfig config, int hidden) {
        this.config = config;
        score = new Linear(hidden, config.numLabels(2), false);
    }

    @Override
    public Map<String, Module> modules() {
        return ImmutableMap.of("score", score);
    }

    @Override
    public RequiredPositions requiredPositions(ModelInput input) {
        return RequiredPositions.ALL;
    }

    @Override
    public Map<String, NDArray> forward(
            AdapterPass pass, Backbone.Output hidden, ModelInput input) {
        NDArray index = hidden.layout().rows(lastTokens(input, hidden.layout().shape()));
        NDArray rows = Ops.rows(hidden.layout().flat(hidden.last()), index);
        return SequenceLoss.fields(config, score.forward(pass, rows), input);
    }

    private long[] lastTokens(ModelInput input, Shape shape) {
        int rows = (int) shape.get(0);
        int length = (int) shape.get(1);
        long[] last = new long[rows];
        NDArray ids = input.inputIds();
        int pad = config.integer("pad_token_id", -1);
        if (pad < 0 && rows > 1) {
            throw new IllegalArgumentException(
                    "A batch of "
                            + rows
                            + " texts needs pad_token_id in config.json to find their last tokens."
                            + " Set it (addConfigOverride), or classify one text at a time.");
        }
        long[] tokens = ids == null || pad < 0 ? new long[0] : ids.toLongArray();
        for (int row = 0; row < rows; row++) {
            int place = length - 1;
            if (tokens.length > 0) {
                while (place > 0 && tokens[row * length + place] == pad) {
                    place--;
                }
            }
            last[row] = (long) row * length + place;
        }
        return last;
    }
}
