package io.github.peft4j.testkit;

import ai.djl.ndarray.NDManager;

/**
 * Counts all arrays of the process, to prove that a pass leaves none behind: managers list those of
 * the managers below them, and all stand below one root.
 */
public final class LeakCheck {

    private static final int WARM_UP = 10;
    private static final int LATE = 200;

    private LeakCheck() {}

    /** How many more arrays there are after pass 200 than after pass 10. */
    public static int growth(Runnable pass) {
        for (int i = 0; i < WARM_UP; i++) {
            pass.run();
        }
        int before = count();
        for (int i = WARM_UP; i < LATE; i++) {
            pass.run();
        }
        return count() - before;
    }

    /** How many arrays there are now. */
    public static int count() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            return manager.getParentManager().getManagedArrays().size();
        }
    }
}
