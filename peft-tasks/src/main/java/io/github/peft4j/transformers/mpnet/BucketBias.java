package io.github.peft4j.transformers.mpnet;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Module;
import io.github.peft4j.transformers.encoder.EncoderCall;
import io.github.peft4j.transformers.encoder.PositionBias;
import io.github.peft4j.transformers.part.RelativeBuckets;

/**
 * A number for each head and each of 32 buckets of distances: half of them for keys before the
 * query and half for keys after it, the near ones of a single distance, the far ones growing with
 * its logarithm up to 128 positions.
 *
 * @see <a href="https://arxiv.org/abs/1910.10683">Raffel et al. 2020, section 2.1</a>
 */
final class BucketBias implements PositionBias {

    /** How many buckets MPNet uses, whatever its config says. */
    static final int BUCKETS = 32;

    /** Which bucket a distance falls into. */
    static final RelativeBuckets DISTANCES = new RelativeBuckets(BUCKETS, 128, true);

    private final Embedding table;

    private record Key(BucketBias owner, long length) {}

    /**
     * A fresh table.
     *
     * @param rows of the table, at least 32
     */
    BucketBias(int rows, int heads) {
        if (rows < BUCKETS) {
            throw new IllegalArgumentException(
                    "relative_attention_num_buckets is "
                            + rows
                            + ", but MPNet always uses "
                            + BUCKETS
                            + " buckets. Correct config.json.");
        }
        table = new Embedding(rows, heads);
    }

    @Override
    public Module module() {
        return table;
    }

    @Override
    public NDArray of(EncoderCall call) {
        AdapterPass pass = call.pass();
        long length = call.layout().shape().get(1);
        return pass.once(new Key(this, length), () -> DISTANCES.bias(pass, table, length, length));
    }
}
