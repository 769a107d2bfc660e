package io.github.peft4j.tuner.adalora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.engine.Room;
import io.github.peft4j.ops.Sensitivity;
import io.github.peft4j.ops.TensorOps;
import java.util.List;

/**
 * How important each rank of a layer has been, and which are left.
 *
 * <p>The importance of a number p with gradient g is |p g|, averaged over steps; a rank's score is
 * that of its singular value and the mean of its vectors' scores, each the average importance times
 * its average deviation.
 *
 * @see <a href="https://arxiv.org/abs/2303.10512">Zhang et al. 2023, equations 7 to 11</a>
 */
final class RankedLayer {

    private final AdaLoraTensors tensors;
    private final ImmutableList<Sensitivity> sensitivities;
    private final Parameter kept;
    private final ImmutableList<Boolean> before;

    /**
     * A layer whose ranks are all left.
     *
     * @param before which of the ranks at the start are these
     */
    RankedLayer(NDManager manager, AdaLoraTensors tensors, List<Boolean> before) {
        this.tensors = tensors;
        this.before = ImmutableList.copyOf(before);
        ImmutableList.Builder<Sensitivity> each = ImmutableList.builder();
        for (Parameter p : ImmutableList.of(tensors.a(), tensors.b(), tensors.e())) {
            each.add(Sensitivity.of(manager, p.getShape()));
        }
        sensitivities = each.build();
        Room.require(
                Room.bytes(tensors.e().getShape()),
                "lora_E " + tensors.e().getShape(),
                "Choose a smaller init_r.");
        kept = state(manager.ones(new Shape(ranks())));
    }

    private static Parameter state(NDArray array) {
        Parameter parameter =
                Parameter.builder().setName("state").setType(Parameter.Type.OTHER).build();
        parameter.setArray(array);
        parameter.freeze(true);
        return parameter;
    }

    /** What a training must keep to go on, by name. */
    ImmutableMap<String, Parameter> state() {
        ImmutableMap.Builder<String, Parameter> all = ImmutableMap.builder();
        List<String> names = tensors.byName().keySet().asList();
        for (int i = 0; i < names.size(); i++) {
            Sensitivity each = sensitivities.get(i);
            all.put(names.get(i) + ".importance", state(each.importance()));
            all.put(names.get(i) + ".uncertainty", state(each.uncertainty()));
        }
        return all.put("kept", kept).buildOrThrow();
    }

    /** How many ranks the layer has, left or not. */
    int ranks() {
        return (int) tensors.e().getShape().get(0);
    }

    /** Takes the gradients down before the optimizer uses them. */
    void remember() {
        int i = 0;
        for (Parameter parameter : tensors.byName().values()) {
            try (NDArray gradient = parameter.getArray().getGradient()) {
                TensorOps.copy(sensitivities.get(i++).gradient(), gradient);
            }
        }
    }

    /** Averages the importance that the remembered gradients tell. */
    void update(double beta1, double beta2) {
        int i = 0;
        for (Parameter parameter : tensors.byName().values()) {
            sensitivities.get(i++).update(parameter.getArray(), beta1, beta2);
        }
    }

    /** The score of each rank. */
    float[] scores() {
        try (NDArray scores =
                Sensitivity.ranks(
                        sensitivities.get(0), sensitivities.get(1), sensitivities.get(2))) {
            return scores.toFloatArray();
        }
    }

    /** Keeps the ranks with a score above the threshold. */
    void keep(float[] scores, float threshold) {
        float[] flags = new float[scores.length];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = scores[i] <= threshold ? 0 : 1;
        }
        try (NDArray array = kept.getArray().getManager().create(flags)) {
            TensorOps.copy(kept.getArray(), array);
        }
        mask();
    }

    /** Sets the singular values of ranks that are not left to zero. */
    void mask() {
        TensorOps.zeroRows(tensors.e().getArray(), kept.getArray());
    }

    /** The places of the ranks that are left. */
    long[] places() {
        float[] flags = kept.getArray().toFloatArray();
        ImmutableList.Builder<Long> places = ImmutableList.builder();
        for (int i = 0; i < flags.length; i++) {
            if (flags[i] != 0) {
                places.add((long) i);
            }
        }
        return places.build().stream().mapToLong(Long::longValue).toArray();
    }

    /** Which of the ranks at the start are left. */
    ImmutableList<Boolean> pattern() {
        float[] flags = kept.getArray().toFloatArray();
        ImmutableList.Builder<Boolean> pattern = ImmutableList.builder();
        int here = 0;
        for (boolean left : before) {
            pattern.add(left && flags[here++] != 0);
        }
        return pattern.build();
    }
}
