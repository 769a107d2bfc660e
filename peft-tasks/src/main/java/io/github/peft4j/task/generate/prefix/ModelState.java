package io.github.peft4j.task.generate.prefix;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import com.google.common.primitives.Doubles;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.ops.TensorOps;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What keys and values depend on besides tokens: the model, what acts in it, and how often each of
 * the tensors that may change was written to, with the sum of its numbers.
 *
 * @param merged names of merged adapters
 * @param stamps of the tensors
 */
public record ModelState(
        Identity model, Activation activation, List<String> merged, List<Double> stamps) {

    /** One object; what it was does not stay in memory for it. */
    private static final class Identity {
        private final WeakReference<Object> object;
        private final int hash;

        Identity(Object object) {
            this.object = new WeakReference<>(object);
            hash = System.identityHashCode(object);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            Object own = object.get();
            return other instanceof Identity identity
                    && own != null
                    && identity.object.get() == own;
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /** A model by itself. */
    public static ModelState of(BaseModel model) {
        return new ModelState(
                new Identity(model),
                Activation.none(),
                List.of(),
                stamps(model.parameters().values(), false));
    }

    /** A model with adapters; its base does not change. */
    public static ModelState of(PeftModel model, Activation activation) {
        List<Parameter> own = new ArrayList<>();
        for (String name : activation.names()) {
            own.addAll(model.adapter(name).tensors().values());
            own.addAll(model.adapter(name).localState().values());
        }
        return new ModelState(
                new Identity(model),
                withoutIdleScales(activation),
                List.copyOf(model.mergedAdapters()),
                stamps(own, true));
    }

    /** Scales of adapters that do not act make no difference. */
    private static Activation withoutIdleScales(Activation activation) {
        Activation same = activation;
        for (String name : activation.scales().keySet()) {
            same = activation.names().contains(name) ? same : same.scale(name, 1);
        }
        return same;
    }

    private static List<Double> stamps(Collection<Parameter> parameters, boolean sums) {
        if (parameters.isEmpty()) {
            return List.of();
        }
        try (Gradients off = Gradients.off()) {
            NDList arrays = new NDList();
            for (Parameter parameter : parameters) {
                if (!HeldNumbers.isHeld(parameter.getArray())) { // a mapped file does not change
                    arrays.add(parameter.getArray());
                }
            }
            return Doubles.asList(TensorOps.stamps(arrays, sums));
        }
    }
}
