package io.github.peft4j.task.train.score;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.RestoreOrder;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.metric.RetrievalScores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Figures of a search: {@code recall@1}, {@code recall@5}, {@code recall@10}, {@code mrr} and
 * {@code ndcg@10}. Queries and documents are embedded as {@code InBatchNegatives} does, as the mean
 * of the last layer over the tokens, and each query looks for its documents among all.
 *
 * <p>Costs a pass over all queries and documents in each evaluation, in addition to the validation
 * loss, and a product of each query with each document.
 *
 * @see RetrievalScores
 */
public final class RetrievalScorer implements Scorer {

    private static final ImmutableList<Integer> CUTS = ImmutableList.of(1, 5, 10);
    private static final int BATCH = 32;

    private final BatchSource queries;
    private final BatchSource documents;
    private final ImmutableList<int[]> relevant;

    /**
     * For a search.
     *
     * @param relevant numbers of the documents that each query should find, each once
     */
    public RetrievalScorer(BatchSource queries, BatchSource documents, List<int[]> relevant) {
        if (relevant.size() != queries.size()) {
            throw new IllegalArgumentException(
                    "%d lists of documents do not fit %d queries. Give one for each query."
                            .formatted(relevant.size(), queries.size()));
        }
        this.queries = queries;
        this.documents = documents;
        this.relevant =
                relevant.stream().map(int[]::clone).collect(ImmutableList.toImmutableList());
    }

    @Override
    public List<String> fields() {
        return ImmutableList.of();
    }

    @Override
    public List<String> names() {
        return ImmutableList.<String>builder()
                .addAll(CUTS.stream().map(k -> "recall@" + k).toList())
                .add("mrr", "ndcg@10")
                .build();
    }

    @Override
    public Map<String, Double> score(Predictions predictions) {
        RetrievalScores scores = new RetrievalScores(embed(predictions.model(), documents));
        float[][] asked = embed(predictions.model(), queries);
        for (int i = 0; i < asked.length; i++) {
            scores.update(asked[i], relevant.get(i));
        }
        ImmutableMap.Builder<String, Double> figures = ImmutableMap.builder();
        CUTS.forEach(k -> figures.put("recall@" + k, scores.recallAt(k)));
        figures.put("mrr", scores.meanReciprocalRank());
        figures.put("ndcg@10", scores.ndcgAt(10));
        return figures.buildOrThrow();
    }

    private static float[][] embed(PeftModel model, BatchSource texts) {
        BatchLoader loader = BatchLoader.builder(texts).optBatchSize(BATCH).build();
        RestoreOrder<float[]> rows = new RestoreOrder<>(texts.size());
        for (Iterator<TokenBatch> batches = loader.iterator(0); batches.hasNext(); ) {
            TokenBatch batch = batches.next();
            try (NDManager scope = Engines.newManager()) {
                rows.add(batch, embed(model, batch.toInput(scope), batch.size()));
            }
        }
        return rows.toList().toArray(new float[0][]);
    }

    private static List<float[]> embed(PeftModel model, ModelInput input, int size) {
        NDArray mask = input.attentionMask();
        if (mask == null) {
            throw new IllegalArgumentException(
                    "The texts have no attention_mask, only " + input.arrays().keySet() + ".");
        }
        NDArray hidden = model.forward(input).withoutVirtualTokens().lastHiddenState();
        float[] numbers = Ops.meanTokens(hidden, mask).toFloatArray();
        int width = numbers.length / size;
        List<float[]> rows = new ArrayList<>();
        for (int row = 0; row < size; row++) {
            rows.add(Arrays.copyOfRange(numbers, row * width, (row + 1) * width));
        }
        return rows;
    }
}
