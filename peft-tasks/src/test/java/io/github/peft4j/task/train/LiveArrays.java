package io.github.peft4j.task.train;

import ai.djl.ndarray.NDManager;

/** Counts the open arrays of the whole process: those of models, adapters, optimizers and all. */
final class LiveArrays {

    private LiveArrays() {}

    static int count() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            return manager.getParentManager().getManagedArrays().size();
        }
    }
}
