package io.github.peft4j.internal.runtime;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.ParameterUses;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ParameterUse;
import io.github.peft4j.ops.TensorOps;
import java.util.List;
import java.util.Map;

/**
 * Weights of a base with adapters merged in, computed once. Owns them; the base stays as it was.
 *
 * @param names the merged adapters
 * @param parameters the merged weights, by where the base parameter is read whose place they take
 * @param manager what they live in
 */
public record MergedWeights(
        List<String> names, ImmutableMap<ParameterUse, Parameter> parameters, NDManager manager)
        implements AutoCloseable {

    /**
     * Computes them.
     *
     * @param active the adapters in their weight form
     * @throws IllegalStateException if a number is not finite
     */
    public static MergedWeights of(BaseModel base, ActiveAdapters active, List<String> names) {
        NDManager manager = Engines.newManager(base.device());
        manager.setName("peft merged");
        try (NDManager scratch = manager.newSubManager();
                Gradients off = Gradients.off()) {
            ParameterStore store = new ParameterStore(scratch, false);
            AdapterPass pass = new AdapterPass(store, scratch, false, active);
            ImmutableMap.Builder<ParameterUse, Parameter> merged = ImmutableMap.builder();
            ParameterUses slots = new ParameterUses(base);
            for (Map.Entry<String, ParameterUse> entry : slots.named().entrySet()) {
                ParameterUse slot = entry.getValue();
                Parameter original = slots.shown(slot);
                if (active.changes(slot, original)) {
                    NDArray weight = pass.effective(slot);
                    refuseNonFinite(entry.getKey(), weight, names);
                    merged.put(slot, owned(original, weight, manager));
                }
            }
            return new MergedWeights(names, merged.buildKeepingLast(), manager);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private static void refuseNonFinite(String key, NDArray weight, List<String> names) {
        try (NDArray bad = weight.isNaN().logicalOr(weight.isInfinite())) {
            if (bad.any().getBoolean()) {
                throw new IllegalStateException(
                        "Merging adapters "
                                + names
                                + " gives numbers in "
                                + key
                                + " that are not finite. Check the adapter's tensors; nothing was"
                                + " merged.");
            }
        }
    }

    private static Parameter owned(Parameter original, NDArray weight, NDManager manager) {
        NDArray copy = TensorOps.detached(weight);
        copy.attach(manager);
        Parameter parameter =
                Parameter.builder().setName(original.getName()).setType(original.getType()).build();
        parameter.setArray(copy);
        parameter.freeze(true);
        return parameter;
    }

    @Override
    public void close() {
        manager.close();
    }
}
