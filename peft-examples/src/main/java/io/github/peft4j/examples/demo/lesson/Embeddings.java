package io.github.peft4j.examples.demo.lesson;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.PeftModel;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.RestoreOrder;
import io.github.peft4j.task.data.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** Embeds texts: the mean of the last layer over the tokens, of length 1. */
final class Embeddings {

    private Embeddings() {}

    /** A row a text, in the order of the dataset. */
    static float[][] of(PeftModel model, BatchLoader texts) {
        RestoreOrder<float[]> rows = new RestoreOrder<>(texts.source().size());
        for (Iterator<TokenBatch> batches = texts.iterator(0); batches.hasNext(); ) {
            TokenBatch batch = batches.next();
            try (NDManager scope = Engines.newManager();
                    Gradients off = Gradients.off()) {
                ModelInput input = batch.toInput(scope);
                NDArray hidden = model.forward(input).lastHiddenState();
                NDArray mask = input.attentionMask();
                if (mask == null) {
                    throw new IllegalStateException("A token dataset always has a mask.");
                }
                float[] all = Ops.unitRows(Ops.meanTokens(hidden, mask)).toFloatArray();
                int width = all.length / batch.size();
                List<float[]> embedded = new ArrayList<>();
                for (int row = 0; row < batch.size(); row++) {
                    embedded.add(Arrays.copyOfRange(all, row * width, (row + 1) * width));
                }
                rows.add(batch, embedded);
            }
        }
        return rows.toList().toArray(new float[0][]);
    }
}
