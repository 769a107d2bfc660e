package io.github.peft4j.testkit;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.Sets;
import java.util.Set;

/** Counts the arrays that long-lived managers hold, to prove that a pass leaves none behind. */
public final class LeakCheck {

    private static final int WARM_UP = 10;
    private static final int LATE = 200;

    private final Set<NDManager> managers = Sets.newIdentityHashSet();

    /** Watches the managers of these parameters and everything above them. */
    public LeakCheck(Iterable<Parameter> parameters) {
        for (Parameter parameter : parameters) {
            NDManager manager = parameter.getArray().getManager();
            while (manager != null && managers.add(manager)) {
                manager = manager.getParentManager();
            }
        }
    }

    /** How many more arrays they hold after pass 200 than after pass 10. */
    public int growth(Runnable pass) {
        for (int i = 0; i < WARM_UP; i++) {
            pass.run();
        }
        int before = count();
        for (int i = WARM_UP; i < LATE; i++) {
            pass.run();
        }
        return count() - before;
    }

    private int count() {
        return managers.stream().mapToInt(manager -> manager.getManagedArrays().size()).sum();
    }
}
