package io.github.peft4j.adapter;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * The parameters of a base model, and a store of their own: a trainer's store would register each
 * parameter it is asked for, and then decay and update it.
 */
public final class FrozenBase implements AutoCloseable {

    private final Set<Parameter> parameters;
    private final NDManager manager;
    private final ParameterStore store;

    /**
     * Freezes these parameters for the passes that use this object; the parameters stay as they
     * are.
     */
    public FrozenBase(Iterable<Parameter> parameters) {
        this.parameters = Collections.newSetFromMap(new IdentityHashMap<>());
        parameters.forEach(this.parameters::add);
        manager = NDManager.newBaseManager("PyTorch");
        manager.setName("peft base weights");
        store = new ParameterStore(manager, false);
    }

    static FrozenBase none() {
        return new FrozenBase(Collections.emptyList());
    }

    boolean contains(Parameter parameter) {
        return parameters.contains(parameter);
    }

    ParameterStore store() {
        return store;
    }

    /** Frees copies made for other devices. */
    @Override
    public void close() {
        manager.close();
    }
}
