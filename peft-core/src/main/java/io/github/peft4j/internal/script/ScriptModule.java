package io.github.peft4j.internal.script;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The loaded gateway module and the one way to call it.
 *
 * <p>Every call passes {@code training = true}: LibTorch would otherwise run in inference mode,
 * whose tensors can never take part in a graph. Whether a graph is recorded is decided by the
 * thread's gradient mode alone, see {@link Gradients}.
 */
public final class ScriptModule {

    private static final ImmutableList<String> SOURCES =
            ImmutableList.of(
                    "layers.py",
                    "attention.py",
                    "deltas.py",
                    "variants.py",
                    "losses.py",
                    "prompts.py",
                    "optim.py",
                    "linalg.py",
                    "pca.py",
                    "held.py",
                    "rotations.py",
                    "merge.py",
                    "rows.py");

    private static final String METHOD = "module_method:";

    /** Constants kept for the life of the process, such as numbers of heads and scales. */
    private static final int MAX_CONSTANTS = 1024;

    private final PtSymbolBlock block;
    private final ParameterStore store;
    private final NDManager manager;
    private final Map<String, NDArray> methods = new ConcurrentHashMap<>();
    private final Map<Object, NDArray> constants = new ConcurrentHashMap<>();

    /**
     * LibTorch's optimizing executor specialises a method on its first call; a later call in the
     * other gradient mode then fails. The switch is per thread.
     */
    private static final ThreadLocal<Boolean> PLAIN_EXECUTOR =
            ThreadLocal.withInitial(
                    () -> {
                        JniUtils.setGraphExecutorOptimize(false);
                        return true;
                    });

    /** Loads these resources of this package for the life of the process. */
    public ScriptModule(ImmutableList<String> sources) {
        this(named(Engines.newManager(), "peft ops"), ScriptArchive.of(sources));
    }

    /** Loads an archive for the life of a manager, which keeps the module and its constants. */
    public ScriptModule(NDManager manager, byte[] archive) {
        this.manager = manager;
        store = new ParameterStore(manager, false);
        try {
            block =
                    JniUtils.loadModule(
                            (PtNDManager) manager, new ByteArrayInputStream(archive), false, false);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot load the operator archive.", e);
        }
    }

    private static NDManager named(NDManager manager, String name) {
        manager.setName(name);
        return manager;
    }

    public static ScriptModule get() {
        return Holder.INSTANCE;
    }

    /**
     * Runs a method that returns one tensor, which lands in the first argument's manager.
     *
     * @param arguments arrays, and numbers, which arrive as scalar tensors: a Double is read by
     *     {@code float(x)}, an Integer or Long by {@code int(x)}; an ImmutableLongArray arrives as
     *     an int64 vector, an NDList that is not empty as a list of tensors, whose names no other
     *     thread may read meanwhile
     */
    public NDArray call(String method, NDArray first, Object... arguments) {
        return callAll(method, first, arguments).get(0);
    }

    /** Runs a method that returns one tensor of a type that DJL does not know, such as bf16. */
    public NDArray callHeld(String method, NDArray first, Object... arguments) {
        return run(method, first, arguments).get(0);
    }

    /** Runs a method that returns several tensors. */
    public NDList callAll(String method, NDArray first, Object... arguments) {
        NDList results = run(method, first, arguments);
        refuseUnknownTypes(method, results);
        return results;
    }

    private NDList run(String method, NDArray first, Object... arguments) {
        boolean plain = PLAIN_EXECUTOR.get();
        assert plain;
        List<NDArray> temporary = new ArrayList<>(0);
        try {
            NDList list = new NDList(arguments.length + 2);
            list.add(withPlainName(first, temporary));
            for (int i = 0; i < arguments.length; i++) {
                if (arguments[i] instanceof NDList parts) {
                    addAll(list, parts, "list" + i + "[]");
                } else {
                    list.add(
                            arguments[i] instanceof NDArray array
                                    ? withPlainName(array, temporary)
                                    : constant(arguments[i], temporary));
                }
            }
            list.add(methods.computeIfAbsent(method, this::methodSelector));
            return block.forward(store, list, true);
        } finally {
            for (Object argument : arguments) {
                if (argument instanceof NDList parts) {
                    parts.forEach(part -> part.setName(null));
                }
            }
            for (NDArray array : temporary) {
                array.close();
            }
        }
    }

    /** DJL makes one argument of neighbours with a name that ends so. */
    private static void addAll(NDList list, NDList parts, String name) {
        Preconditions.checkArgument(
                !parts.isEmpty(), "A list of tensors for a script is empty. Give a placeholder.");
        for (NDArray part : parts) {
            part.setName(name);
            list.add(part);
        }
    }

    private NDArray constant(Object value, List<NDArray> temporary) {
        NDArray known = constants.get(value);
        if (known == null) {
            NDArray made = newConstant(value);
            if (constants.size() >= MAX_CONSTANTS || constants.putIfAbsent(value, made) != null) {
                temporary.add(made);
            }
            known = made;
        }
        return known;
    }

    private NDArray newConstant(Object constant) {
        if (constant instanceof ImmutableLongArray numbers) {
            return manager.create(numbers.toArray());
        }
        Number value = (Number) constant;
        return value instanceof Double
                ? manager.create(new double[] {value.doubleValue()}, new Shape())
                : manager.create(new long[] {value.longValue()}, new Shape());
    }

    private NDArray methodSelector(String method) {
        NDArray selector = manager.zeros(new Shape(1));
        selector.setName(METHOD + method);
        return selector;
    }

    /** DJL reads meaning into names with a dot or brackets; such an array is passed by an alias. */
    private static NDArray withPlainName(NDArray argument, List<NDArray> aliases) {
        String name = argument.getName();
        if (name == null || isPlain(name)) {
            return argument;
        }
        NDArray alias = argument.reshape(argument.getShape());
        aliases.add(alias);
        return alias;
    }

    private static boolean isPlain(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!Character.isLetterOrDigit(c) && c != '_') {
                return false;
            }
        }
        return true;
    }

    private static void refuseUnknownTypes(String method, NDList results) {
        if (results.stream().anyMatch(result -> result.getDataType() == DataType.UNKNOWN)) {
            results.close();
            throw new IllegalStateException(
                    "Operator "
                            + method
                            + " made a tensor of a type that DJL does not know (bfloat16?); most of"
                            + " DJL's own methods would end the process on it. Widen it to float32"
                            + " inside the operator.");
        }
    }

    /** How many constants are kept as tensors. */
    public int constants() {
        return constants.size();
    }

    private static final class Holder {
        static final ScriptModule INSTANCE = load();

        private Holder() {}

        private static ScriptModule load() {
            // Statics of JniUtils fail to link before the engine is there.
            Engine engine = Engine.getEngine(Engines.PYTORCH);
            if (engine == null) {
                throw new IllegalStateException("The PyTorch engine is not on the class path.");
            }
            return new ScriptModule(SOURCES);
        }
    }
}
