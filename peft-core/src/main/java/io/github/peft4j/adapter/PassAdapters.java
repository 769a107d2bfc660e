package io.github.peft4j.adapter;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.model.ParameterUse;
import java.util.List;

/** What an {@link AdapterPass} asks of the adapters that act in it. Immutable. */
public interface PassAdapters {

    /** The adapters around a layer, innermost first. */
    List<LayerAdapter> around(AdaptableLayer layer);

    /** Adapters in weight form that act where a parameter is read, innermost first. */
    List<WeightAdapter> folds(ParameterUse use);

    /** What the adapters in weight form make of the numbers that are read there. */
    NDArray fold(ParameterUse use, NDArray current, AdapterPass pass);

    /** The parameter whose numbers are read there: another one may stand in for it. */
    Parameter source(ParameterUse use);

    /** Where a parameter is read by a block that is no layer of ours. */
    ParameterUse slot(Parameter parameter);

    /** Whether another parameter stands in for this one wherever it is read. */
    default boolean replaces(Parameter parameter) {
        return source(slot(parameter)) != parameter;
    }

    /** The factor on an adapter's contribution, 1 unless the activation says otherwise. */
    double scale(Adapter adapter);

    /** Whether a parameter belongs to the frozen base. */
    boolean isFrozen(Parameter parameter);

    /** Where the base's parameters are read on a device. */
    ParameterStore frozenStore(Device device);

    /** Whether tokens may be laid end to end without padding. */
    boolean allowsPacking();

    /** No adapters, and no base that is frozen. */
    static PassAdapters none() {
        return new PassAdapters() {

            @Override
            public List<LayerAdapter> around(AdaptableLayer layer) {
                return ImmutableList.of();
            }

            @Override
            public List<WeightAdapter> folds(ParameterUse use) {
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
                throw new IllegalStateException(
                        "There is no frozen base in a pass without adapters.");
            }

            @Override
            public boolean allowsPacking() {
                return true;
            }
        };
    }
}
