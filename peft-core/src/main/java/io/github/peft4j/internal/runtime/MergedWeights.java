package io.github.peft4j.internal.runtime;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableList;
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
import java.util.function.Function;

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
     * @param weights the weight form of adapters
     * @param names the adapters to merge
     * @throws IllegalStateException if a number is not finite, naming the adapter and the weight
     */
    public static MergedWeights of(
            BaseModel base, Function<List<String>, ActiveAdapters> weights, List<String> names) {
        ActiveAdapters active = weights.apply(names);
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
                    if (!isFinite(weight)) {
                        Function<List<String>, AdapterPass> of =
                                some -> pass.with(weights.apply(some));
                        throw notFinite(entry.getKey(), culprit(slot, of, names));
                    }
                    merged.put(slot, owned(original, weight, manager));
                }
            }
            return new MergedWeights(names, merged.buildKeepingLast(), manager);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private static boolean isFinite(NDArray weight) {
        try (NDArray odd = weight.isNaN().logicalOr(weight.isInfinite())) {
            return !odd.any().getBoolean();
        }
    }

    /** What makes a weight odd: the base, a copy of a module, or the first adapter that does. */
    private static String culprit(
            ParameterUse slot, Function<List<String>, AdapterPass> passes, List<String> names) {
        if (!isFinite(passes.apply(ImmutableList.of()).effective(slot))) {
            return "the base, or a copy of a module that is saved whole, is not finite there";
        }
        int count = 1;
        while (isFinite(passes.apply(names.subList(0, count)).effective(slot))) {
            count++;
        }
        return "adapter '" + names.get(count - 1) + "' is not finite there, or too large";
    }

    private static IllegalStateException notFinite(String key, String reason) {
        return new IllegalStateException(
                "Merging gives numbers in "
                        + key
                        + " that are not finite: "
                        + reason
                        + ". Check its tensors; nothing was merged.");
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
