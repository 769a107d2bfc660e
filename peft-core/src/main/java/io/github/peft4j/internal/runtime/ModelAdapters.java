package io.github.peft4j.internal.runtime;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.adapter.Penalized;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.model.ParameterUse;
import io.github.peft4j.precision.Precision;
import java.util.List;
import java.util.Map;

/** Stacks adapters that act around the whole model. */
public final class ModelAdapters {

    private ModelAdapters() {}

    /** The base under its active model adapters, the first outermost. */
    static BaseModel around(BaseModel base, ActiveAdapters active) {
        BaseModel model = base;
        for (ModelAdapter adapter : active.modelAdapters().reverse()) {
            model = new Wrapped(model, adapter);
        }
        return model;
    }

    /**
     * Whether there are such adapters and none acts. As in PEFT, a call then goes to the base as it
     * is, past what its task would change.
     */
    public static boolean areOff(AdapterInventory adapters, ActiveAdapters active) {
        return active.modelAdapters().isEmpty()
                && adapters.sets().values().stream()
                        .anyMatch(set -> set.modelAdapter().isPresent());
    }

    /** Calls the base under its active adapters, and adds their penalties to a loss. */
    public static ModelOutput call(
            BaseModel base, ActiveAdapters active, ModelInput input, AdapterPass pass) {
        pass.begin(input);
        ModelOutput output = around(base, active).forward(input, pass);
        return base.takesPenalties() ? active.penalize(output, pass, Penalized::isOfModel) : output;
    }

    private record Wrapped(BaseModel below, ModelAdapter adapter) implements BaseModel {

        @Override
        public ModelOutput forward(ModelInput input, AdapterPass pass) {
            return adapter.forward(input, below, pass);
        }

        @Override
        public Block block() {
            return below.block();
        }

        @Override
        public ModelInput toInput(NDList data, NDList labels) {
            return below.toInput(data, labels);
        }

        @Override
        public NDList toList(ModelOutput output) {
            return below.toList(output);
        }

        @Override
        public List<LayerSite> sites() {
            return below.sites();
        }

        @Override
        public Map<String, Parameter> parameters() {
            return below.parameters();
        }

        @Override
        public Map<ParameterUse, Parameter> substitutes() {
            return below.substitutes();
        }

        @Override
        public Precision precision() {
            return below.precision();
        }

        @Override
        public ModelInfo info() {
            return below.info();
        }
    }
}
