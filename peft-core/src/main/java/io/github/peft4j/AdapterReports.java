package io.github.peft4j;

import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.internal.report.StateOfLayers;
import io.github.peft4j.internal.runtime.AdapterRegistry;
import io.github.peft4j.internal.runtime.ModelBackedBlock;
import io.github.peft4j.model.ParameterCount;
import io.github.peft4j.report.ModelStatus;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.store.LoadReport;
import java.util.List;
import java.util.Map;

/** What a model with adapters tells of itself; nothing here changes it. */
public abstract class AdapterReports extends ModelBackedBlock {

    AdapterReports(BaseModel base) {
        super(base);
    }

    abstract AdapterRegistry registry();

    /**
     * The state of the model and of each layer with an adapter: PEFT's {@code get_model_status} and
     * {@code get_layer_status}. Its text is made for people.
     */
    public final ModelStatus status() {
        return StateOfLayers.of(getClass().getSimpleName(), registry());
    }

    /** The active adapters, the first innermost. */
    public final List<String> activeAdapters() {
        return registry().activation().names();
    }

    /** Which adapters act now, and how. */
    public final Activation activation() {
        return registry().activation();
    }

    /** All adapters by name, in the order in which they came. */
    public final Map<String, PeftConfig> peftConfig() {
        return registry().adapters().configs();
    }

    /** What making the adapter, or loading it last, found. */
    public final LoadReport loadReport(String name) {
        return registry().adapters().entry(name).report();
    }

    /** What is known of an adapter besides its config: what its folder or its trainer has said. */
    public final AdapterPassport passport(String name) {
        return registry().adapters().entry(name).passport();
    }

    /** Adapters whose merged weights are served; empty if none. */
    public final List<String> mergedAdapters() {
        return registry().mergedNames();
    }

    /** The parts of an adapter. */
    public final AdapterSet adapter(String name) {
        return registry().adapters().require(name);
    }

    /** The tensors that train now, by their key in the adapter's file. */
    public final Map<String, Parameter> trainableTensors() {
        return registry().trainableTensors();
    }

    /** How many numbers train and how many there are. */
    public final ParameterCount trainableParameters() {
        return registry().count();
    }

    /** Prints the count on standard output, in PEFT's words. */
    public final void printTrainableParameters() {
        System.out.println(trainableParameters());
    }
}
