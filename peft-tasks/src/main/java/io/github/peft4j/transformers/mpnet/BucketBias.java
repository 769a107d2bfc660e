package io.github.peft4j.transformers.mpnet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Module;
import io.github.peft4j.transformers.encoder.EncoderCall;
import io.github.peft4j.transformers.encoder.PositionBias;

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

    private static final int MAX_DISTANCE = 128;

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
        int length = (int) call.layout().shape().get(1);
        return pass.once(new Key(this, length), () -> bias(pass, length));
    }

    private NDArray bias(AdapterPass pass, int length) {
        long[] buckets = new long[length * length];
        for (int query = 0; query < length; query++) {
            for (int key = 0; key < length; key++) {
                buckets[query * length + key] = bucket(query - key);
            }
        }
        NDArray ids = pass.scope().create(buckets, new Shape(length, length));
        return table.forward(pass, ids).transpose(2, 0, 1).expandDims(0);
    }

    /** The bucket of a key so many positions before the query, or after it if negative. */
    static int bucket(int distance) {
        int half = BUCKETS / 2;
        int exact = half / 2;
        int side = distance < 0 ? half : 0;
        int far = Math.abs(distance);
        if (far < exact) {
            return side + far;
        }
        // In float32, as transformers computes it.
        float share =
                (float) Math.log((float) far / exact)
                        / (float) Math.log((double) MAX_DISTANCE / exact);
        return side + Math.min(exact + (int) (share * (half - exact)), half - 1);
    }
}
