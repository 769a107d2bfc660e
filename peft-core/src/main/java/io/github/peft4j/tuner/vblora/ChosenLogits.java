package io.github.peft4j.tuner.vblora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.set.FileTensor;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.ops.TensorOps;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Logits of which a file holds the k largest: their places, and the softmax over them without its
 * last entry. Read back, all others are minus infinity: the same vectors are chosen with the same
 * weights.
 */
final class ChosenLogits {

    private final Parameter logits;
    private final int k;
    private long @Nullable [] places;
    private float @Nullable [] weights;

    ChosenLogits(Parameter logits, int k) {
        this.logits = logits;
        this.k = k;
    }

    private Shape shape(int last) {
        Shape whole = logits.getShape();
        return whole.slice(0, whole.dimension() - 1).add(last);
    }

    private int vectors() {
        Shape whole = logits.getShape();
        return (int) whole.get(whole.dimension() - 1);
    }

    private NDArray written(NDManager scratch, int part) {
        NDList parts = DeltaOps.largest(logits.getArray(), k);
        parts.attach(scratch);
        return parts.get(part);
    }

    /**
     * Puts both parts together once they are read.
     *
     * @param manager where the file's tensors live
     */
    private void join(NDManager manager) {
        if (places == null || weights == null) {
            return;
        }
        int n = vectors();
        float[] values = new float[Math.toIntExact(logits.getShape().size())];
        Arrays.fill(values, Float.NEGATIVE_INFINITY);
        for (int row = 0; row < places.length / k; row++) {
            float rest = 1;
            for (int i = 0; i < k; i++) {
                boolean last = i == k - 1;
                float weight = last ? Math.max(rest, 0) : weights[row * (k - 1) + i];
                rest -= weight;
                int place = Math.toIntExact(places[row * k + i]);
                if (place < 0 || place >= n) {
                    throw new IllegalArgumentException(
                            logits.getName()
                                    + "_topk_indices holds "
                                    + place
                                    + ", and num_vectors is "
                                    + n
                                    + ". The file is broken; save the adapter again.");
                }
                values[row * n + place] = (float) Math.log(weight);
            }
        }
        places = null;
        weights = null;
        FileTensor.put(logits, manager.create(values, logits.getShape()));
    }

    /** The places, in as few bits as hold them. */
    FileTensor indices() {
        return new FileTensor() {
            @Override
            public Shape shape() {
                return ChosenLogits.this.shape(k);
            }

            @Override
            public NDArray write(NDManager scratch) {
                return written(scratch, 0);
            }

            @Override
            public void read(NDArray value) {
                places = TensorOps.detachedAs(value, DataType.INT64).toLongArray();
                join(value.getManager());
            }

            @Override
            public boolean integers() {
                return true;
            }

            @Override
            public int integerBits() {
                return vectors() < 1 << Byte.SIZE
                        ? Byte.SIZE
                        : vectors() < 1 << (Short.SIZE - 1) ? Short.SIZE : Integer.SIZE;
            }

            @Override
            public boolean required() {
                return true;
            }
        };
    }

    /** The weights but the last. */
    FileTensor weights() {
        return new FileTensor() {
            @Override
            public Shape shape() {
                return ChosenLogits.this.shape(k - 1);
            }

            @Override
            public NDArray write(NDManager scratch) {
                return written(scratch, 1);
            }

            @Override
            public void read(NDArray value) {
                weights = value.toFloatArray();
                join(value.getManager());
            }

            @Override
            public boolean required() {
                return true;
            }
        };
    }
}
