package io.github.peft4j.adapter;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.model.ParameterUse;

/** No adapters, and no base that is frozen. */
final class NoAdapters implements PassAdapters {

    @Override
    public ImmutableList<LayerAdapter> around(AdaptableLayer layer) {
        return ImmutableList.of();
    }

    @Override
    public ImmutableList<WeightAdapter> folds(ParameterUse use) {
        return ImmutableList.of();
    }

    @Override
    public NDArray fold(ParameterUse use, NDArray current, AdapterPass pass) {
        return current;
    }

    @Override
    public Parameter source(ParameterUse use) {
        return use.parameter();
    }

    @Override
    public ParameterUse slot(Parameter parameter) {
        return new ParameterUse(null, parameter);
    }

    @Override
    public double scale(Adapter adapter) {
        return 1;
    }

    @Override
    public boolean isFrozen(Parameter parameter) {
        return false;
    }

    @Override
    public ParameterStore frozenStore(Device device) {
        throw new IllegalStateException("There is no frozen base in a pass without adapters.");
    }

    @Override
    public boolean allowsPacking() {
        return true;
    }
}
