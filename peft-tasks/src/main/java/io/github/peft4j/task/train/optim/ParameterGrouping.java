package io.github.peft4j.task.train.optim;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Divides the trained tensors into groups with a weight decay and a learning rate of their own. */
@FunctionalInterface
public interface ParameterGrouping {

    /**
     * The groups; each tensor is in exactly one.
     *
     * @param trainable the trained tensors by their key in the adapter's file
     */
    List<ParameterGroup> group(Map<String, Parameter> trainable);

    /**
     * Whether a tensor trains; the others keep their values and get no gradients. Default all.
     *
     * @param name its key in the adapter's file
     */
    default boolean trains(String name) {
        return true;
    }

    /**
     * Changes gradients in place, after they were clipped and before the optimizer's step. Default:
     * not at all.
     */
    default void changeGradients() {}

    /** Settings of the optimizer that go with the groups. Default: those of the trainer. */
    default void configure(AdamW.Builder optimizer) {}

    /** One learning rate for all; no decay for biases and the weights of norms, as Hugging Face. */
    static ParameterGrouping byDecay(double weightDecay) {
        return trainable -> {
            ImmutableMap.Builder<String, Parameter> decayed = ImmutableMap.builder();
            ImmutableMap.Builder<String, Parameter> others = ImmutableMap.builder();
            trainable.forEach(
                    (name, parameter) ->
                            (isDecayed(name, parameter) ? decayed : others).put(name, parameter));
            return ImmutableList.of(
                    new ParameterGroup(decayed.buildOrThrow(), weightDecay, 1),
                    new ParameterGroup(others.buildOrThrow(), 0, 1));
        };
    }

    /** Whether Hugging Face's Trainer decays a tensor: by its name and by the module it is of. */
    private static boolean isDecayed(String name, Parameter parameter) {
        Parameter.Type type = parameter.getType();
        return type != Parameter.Type.GAMMA
                && type != Parameter.Type.BETA
                && !Undecayed.NAME.matcher(name.toLowerCase(Locale.ROOT)).find();
    }

    /** Holds the pattern apart, as a constant of the interface would be public. */
    final class Undecayed {

        private static final Pattern NAME =
                Pattern.compile("bias|layernorm|rmsnorm|(?:^|\\.)norm(?:$|\\.)|_norm(?:$|\\.)");

        private Undecayed() {}
    }
}
