package io.github.peft4j.transformers.encoder;

/**
 * Where the modules of an encoder stand in a checkpoint.
 *
 * @param stack the list of layers, below the model
 * @param query projection to queries, below a layer, like all that follow
 * @param key projection to keys
 * @param value projection to values
 * @param attentionOut projection of what was attended to
 * @param attentionNorm norm after the sum with it
 * @param up first layer of the feed-forward part
 * @param down second layer of the feed-forward part
 * @param outputNorm norm after the sum with it
 */
public record CheckpointNaming(
        String stack,
        String query,
        String key,
        String value,
        String attentionOut,
        String attentionNorm,
        String up,
        String down,
        String outputNorm) {

    /** BERT's names, which RoBERTa and ELECTRA keep. */
    public static final CheckpointNaming BERT = bert("attention.self.", "query", "key", "value");

    private static CheckpointNaming bert(String self, String query, String key, String value) {
        return new CheckpointNaming(
                "encoder.layer",
                self + query,
                self + key,
                self + value,
                "attention.output.dense",
                "attention.output.LayerNorm",
                "intermediate.dense",
                "output.dense",
                "output.LayerNorm");
    }

    /** These names with other projections into attention. */
    public CheckpointNaming withProjections(String ofQuery, String ofKey, String ofValue) {
        return new CheckpointNaming(
                stack, ofQuery, ofKey, ofValue, attentionOut, attentionNorm, up, down, outputNorm);
    }

    /** These names with another projection and norm after attention. */
    public CheckpointNaming withAttentionOutput(String out, String norm) {
        return new CheckpointNaming(stack, query, key, value, out, norm, up, down, outputNorm);
    }
}
