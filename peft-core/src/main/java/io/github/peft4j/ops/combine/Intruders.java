package io.github.peft4j.ops.combine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.ops.Decompositions;
import java.util.List;

/**
 * Intruder dimensions of a changed weight: leading left singular vectors of \(W + \Delta\) that
 * resemble none of W's, which is what low-rank training leaves behind and full training does not.
 *
 * @see <a href="https://arxiv.org/abs/2410.21228">LoRA vs Full Fine-tuning: An Illusion of
 *     Equivalence, section 4</a>
 */
public final class Intruders {

    private final NDArray change;
    private final NDList merged;
    private final ImmutableList<Integer> places;

    private Intruders(NDArray change, NDList merged, ImmutableList<Integer> places) {
        this.change = change;
        this.merged = merged;
        this.places = places;
    }

    /**
     * Looks for them.
     *
     * @param weight the base's weight, [m, n]
     * @param change what the adapter adds to it, [m, n]
     * @param topK how many singular vectors are looked at
     * @param threshold a vector is an intruder if its absolute cosine with each of the base's is
     *     below this
     */
    public static Intruders of(NDArray weight, NDArray change, int topK, double threshold) {
        NDArray base = Decompositions.svd(weight).get(0);
        NDList merged = Decompositions.svd(weight.add(change));
        long looked = Math.min(topK, merged.get(1).size());
        float[] likeness =
                merged.get(0)
                        .get(":, :{}", looked)
                        .transpose()
                        .matMul(base)
                        .abs()
                        .max(new int[] {1})
                        .toFloatArray();
        ImmutableList.Builder<Integer> places = ImmutableList.builder();
        for (int place = 0; place < likeness.length; place++) {
            if (likeness[place] < threshold) {
                places.add(place);
            }
        }
        return new Intruders(change, merged, places.build());
    }

    /** Which of the merged weight's singular vectors they are, the largest first. */
    public List<Integer> places() {
        return places;
    }

    /**
     * The change with the intruders' part in the merged weight made smaller: \(\Delta + (\lambda -
     * 1) \sum_i s_i u_i v_i^\top\) over the intruders i.
     *
     * @param lambda factor that their singular values keep
     */
    public NDArray mitigated(double lambda) {
        NDArray mitigated = change;
        for (int place : places) {
            NDArray left = merged.get(0).get(":, {}:{}", place, place + 1);
            NDArray right = merged.get(2).get("{}:{}", place, place + 1);
            float value = merged.get(1).getFloat(place);
            mitigated = mitigated.add(left.matMul(right).mul((lambda - 1) * value));
        }
        return mitigated;
    }
}
