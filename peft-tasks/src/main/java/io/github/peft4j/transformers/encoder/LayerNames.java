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
public record LayerNames(
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
    public static final LayerNames BERT = bert("attention.self.", "query", "key", "value");

    private static LayerNames bert(String self, String query, String key, String value) {
        return new LayerNames(
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
    public LayerNames withProjections(String ofQuery, String ofKey, String ofValue) {
        return new LayerNames(
                stack, ofQuery, ofKey, ofValue, attentionOut, attentionNorm, up, down, outputNorm);
    }

    /** These names with another projection and norm after attention. */
    public LayerNames withAttentionOutput(String out, String norm) {
        return new LayerNames(stack, query, key, value, out, norm, up, down, outputNorm);
    }
}
