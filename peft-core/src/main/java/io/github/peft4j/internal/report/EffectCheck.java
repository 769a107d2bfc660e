package io.github.peft4j.internal.report;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.github.peft4j.adapter.AdaptableLayer;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.ModuleCopy;
import io.github.peft4j.adapter.set.ParameterAdapter;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.text.Text;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ParameterUse;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.store.Effect;
import io.github.peft4j.store.LoadReport;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether an adapter changes what its base computes. Stops at the first layer that shows it, so
 * that asking costs next to nothing for an adapter that does: two looks at LoRA's first pair, or
 * one weight where the tensors alone do not tell.
 */
public record EffectCheck(BaseModel base, AdapterSet set) {

    /** What rounding alone may change of a weight's norm: a product of rotations that cancel. */
    private static final double ROUNDING = 1e-6;

    /** Below this share of |A|^2 |B|^2, a product may be one that cancels. */
    private static final double CANCELLED = 1e-4;

    private static final String UNTRAINED =
            "It was saved before it was trained, or its training left these tensors alone; train"
                    + " it, and save it then.";

    /** Whether no tensor of the adapter's layers is among those that a file gave. */
    public boolean isUnread(LoadReport report) {
        Set<String> own = own();
        return !own.isEmpty() && Collections.disjoint(own, report.tensors().values());
    }

    /**
     * Keys of what acts in layers or around the model; copies of modules and biases may be read.
     */
    private Set<String> own() {
        Set<Parameter> whole = Sets.newIdentityHashSet();
        set.savedModules().values().forEach(copy -> whole.add(copy.parameter()));
        whole.addAll(set.biases().values());
        ImmutableSet.Builder<String> own = ImmutableSet.builder();
        for (String key : set.file().keySet()) {
            Parameter parameter = set.tensors().get(key);
            if (parameter == null || !whole.contains(parameter)) {
                own.add(key);
            }
        }
        return own.build();
    }

    /** What is wrong with a file of which nothing was read. */
    public String unread(LoadReport report) {
        return ("%s changes nothing: none of its tensors belongs to a layer of the adapter here. It"
                        + " holds %s; here they would be called %s.")
                .formatted(
                        report.folder(),
                        report.unexpectedKeys().isEmpty()
                                ? "none"
                                : Text.of(report.unexpectedKeys()),
                        Text.of(own()));
    }

    /** What to do about it where nobody knows how to read the names. */
    public String doubt() {
        return " Check that it was made for this base, " + base.info().className() + ".";
    }

    /** What is odd about an adapter that stands where its training starts. */
    public String atStart(LoadReport report) {
        if (places() == 0) {
            return "%s changes nothing: a pass over a few ids gives the same with it and without it. %s"
                    .formatted(report.folder(), UNTRAINED);
        }
        return ("%s changes nothing: at each of its %d layers the adapter still stands where"
                        + " training starts. %s")
                .formatted(report.folder(), places(), UNTRAINED);
    }

    /** What is odd about an adapter of which only the modules that it keeps whole act. */
    public String modulesAlone(LoadReport report) {
        return ("%s changes no layer: at each of the %d the adapter still stands where training"
                        + " starts, and only modules that it keeps whole, or biases, act. %s")
                .formatted(report.folder(), places(), UNTRAINED);
    }

    private int places() {
        return set.layers().size() + set.atParameters().size();
    }

    /** The same as {@link #now}, and where that does not tell, what two short passes show. */
    public Effect probed() {
        Effect told = now();
        return told == Effect.NOT_ASKED ? new EffectProbe(base, set).effect() : told;
    }

    /**
     * What the adapter's tensors say, or what they make of the base's weights; {@link
     * Effect#NOT_ASKED} where neither tells.
     */
    public Effect now() {
        if (set.modelAdapter().isPresent()) {
            return Effect.NOT_ASKED;
        }
        boolean told = true;
        try (NDManager scope = Engines.newManager(base.device());
                Gradients off = Gradients.off()) {
            for (LayerSite site : base.sites()) {
                Adapter adapter = set.layers().get(site.path());
                if (adapter == null) {
                    continue;
                }
                if (!tells(adapter)) {
                    told = false;
                } else if (acts(site, adapter, scope)) {
                    return Effect.ACTS;
                }
            }
            for (Map.Entry<ParameterUse, ParameterAdapter> each : set.atParameters().entrySet()) {
                if (acts(each.getKey(), each.getValue().adapter(), scope)) {
                    return Effect.ACTS;
                }
            }
            if (!told) {
                return Effect.NOT_ASKED;
            }
            if (keepsModules(scope)) {
                return Effect.AT_START;
            }
            return places() == 0 ? Effect.ACTS : Effect.MODULES_ALONE;
        }
    }

    private static boolean tells(Adapter adapter) {
        return adapter instanceof WeightAdapter || !adapter.factors().isEmpty();
    }

    private static boolean acts(LayerSite site, Adapter adapter, NDManager scope) {
        List<Parameter> factors = adapter.factors();
        if (!contribute(factors)) {
            return false;
        }
        if (!(adapter instanceof WeightAdapter weight)
                || (!factors.isEmpty() && !mayCancel(factors, scope))) {
            return true;
        }
        try (NDManager own = scope.newSubManager()) {
            AdapterPass pass = AdapterPass.bare(own, false);
            NDArray current = AdaptableLayer.matrix(site.block(), pass.value(site.requireWeight()));
            if (differ(weight.weight(current, current, pass), current)) {
                return true;
            }
            NDArray bias = site.bias() == null ? null : pass.value(site.bias());
            NDArray adapted = weight.bias(bias, pass);
            return adapted != null && (bias == null ? norm(adapted) > 0 : differ(adapted, bias));
        }
    }

    private static boolean acts(ParameterUse place, WeightAdapter adapter, NDManager scope) {
        List<Parameter> factors = adapter.factors();
        if (!contribute(factors)) {
            return false;
        }
        if (!factors.isEmpty() && !mayCancel(factors, scope)) {
            return true;
        }
        try (NDManager own = scope.newSubManager()) {
            AdapterPass pass = AdapterPass.bare(own, false);
            NDArray current = pass.value(place.parameter());
            return differ(adapter.weight(current, current, pass), current);
        }
    }

    private static boolean contribute(List<Parameter> factors) {
        return factors.stream().noneMatch(factor -> TensorOps.isZero(factor.getArray()));
    }

    /**
     * Whether a product B A is next to nothing beside its factors, as LoRA's is at its orthogonal
     * start: then the weight decides. |B A|^2 is the trace of (B^T B) (A A^T), which costs little.
     */
    private static boolean mayCancel(List<Parameter> factors, NDManager scope) {
        if (factors.size() != 2) {
            return false;
        }
        try (NDManager own = scope.newSubManager()) {
            AdapterPass pass = AdapterPass.bare(own, false);
            NDArray a = pass.value(factors.get(0));
            NDArray b = pass.value(factors.get(1));
            if (a.getShape().dimension() != 2
                    || b.getShape().dimension() != 2
                    || a.size(0) != b.size(1)) {
                return false;
            }
            NDArray rows = a.matMul(a.transpose());
            NDArray columns = b.transpose().matMul(b);
            double product = rows.mul(columns).sum().getFloat();
            return product < CANCELLED * a.square().sum().getFloat() * b.square().sum().getFloat();
        }
    }

    /**
     * Whether the modules that are saved whole, and trained biases, are still those of the base.
     */
    private boolean keepsModules(NDManager scope) {
        AdapterPass pass = AdapterPass.bare(scope, false);
        for (Map.Entry<ParameterUse, ModuleCopy> copy : set.savedModules().entrySet()) {
            if (differ(
                    pass.value(copy.getValue().parameter()),
                    pass.value(copy.getKey().parameter()))) {
                return false;
            }
        }
        return set.biases().entrySet().stream()
                .noneMatch(bias -> differ(pass.value(bias.getValue()), pass.value(bias.getKey())));
    }

    private static boolean differ(NDArray ours, NDArray base) {
        return !ours.getShape().equals(base.getShape())
                || norm(ours.sub(base)) > ROUNDING * norm(base);
    }

    private static double norm(NDArray x) {
        return Math.sqrt(x.square().sum().getFloat());
    }
}
