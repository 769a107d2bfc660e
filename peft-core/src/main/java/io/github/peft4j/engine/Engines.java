package io.github.peft4j.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;

/** DJL's PyTorch engine, named in one place: other engines on the class path are not asked. */
public final class Engines {

    /** The name under which DJL knows the engine. */
    public static final String PYTORCH = "PyTorch";

    private Engines() {}

    /** A manager of its own on the engine's default device; whoever asks for it closes it. */
    public static NDManager newManager() {
        return NDManager.newBaseManager(PYTORCH);
    }

    /** A manager of its own on a device; whoever asks for it closes it. */
    public static NDManager newManager(Device device) {
        return NDManager.newBaseManager(device, PYTORCH);
    }

    /** A manager of its own on a device, under a name for reports about leaks. */
    public static NDManager newManager(Device device, String name) {
        NDManager manager = newManager(device);
        manager.setName(name);
        return manager;
    }
}
