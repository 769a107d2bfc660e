package io.github.peft4j.internal.runtime;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.github.peft4j.engine.Engines;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The parameters of a base model, and a store of their own: a trainer's store would register each
 * parameter it is asked for, and then decay and update it.
 */
public final class FrozenBase implements AutoCloseable {

    private final Set<Parameter> parameters;
    private final Map<Device, ParameterStore> stores = new ConcurrentHashMap<>();

    /**
     * Freezes these parameters for the passes that use this object; the parameters stay as they
     * are.
     */
    public FrozenBase(Iterable<Parameter> parameters) {
        this.parameters = Collections.newSetFromMap(new IdentityHashMap<>());
        parameters.forEach(this.parameters::add);
    }

    public static FrozenBase none() {
        return new FrozenBase(Collections.emptyList());
    }

    public boolean contains(Parameter parameter) {
        return parameters.contains(parameter);
    }

    /** The store of a device: the parameters' own arrays there, copies made once elsewhere. */
    public ParameterStore store(Device device) {
        return stores.computeIfAbsent(
                device,
                d -> {
                    NDManager manager = Engines.newManager(d);
                    manager.setName("peft base weights");
                    return new ParameterStore(manager, false);
                });
    }

    /** Frees copies made for other devices. */
    @Override
    public void close() {
        stores.values().forEach(store -> store.getManager().close());
    }
}
