package io.github.peft4j.testkit;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.Map;

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

    /** Something that is done over and over, and may fail. */
    @FunctionalInterface
    public interface Round {

        /** Does it once. */
        void run() throws IOException;
    }

    /** How many more arrays and managers there are after some rounds than after the third. */
    public static int growth(int rounds, Round round) throws IOException {
        for (int i = 0; i < 3; i++) {
            round.run();
        }
        int before = count() + managers();
        for (int i = 0; i < rounds; i++) {
            round.run();
        }
        return count() + managers() - before;
    }

    /** How many managers there are now: an open one without arrays is a leak as well. */
    public static int managers() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            return managersBelow(manager.getParentManager()) - 1;
        }
    }

    private static int managersBelow(NDManager manager) {
        try {
            // DJL keeps them to itself.
            Field resources = BaseNDManager.class.getDeclaredField("resources");
            resources.setAccessible(true);
            int count = 0;
            for (Object resource : ((Map<?, ?>) resources.get(manager)).values()) {
                count += resource instanceof NDManager below ? 1 + managersBelow(below) : 0;
            }
            return count;
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    /** How many arrays there are now. */
    public static int count() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            return manager.getParentManager().getManagedArrays().size();
        }
    }
}
