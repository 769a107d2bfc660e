package io.github.peft4j.cli.console;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A signal of the system. Java's class for it is in every JDK, and no compiler lets it pass without
 * a warning: hence by name.
 */
final class SystemSignal {

    private static final Duration DELIVERY = Duration.ofMillis(300);

    private final String name;
    private final Class<?> handlers;
    private final Object signal;
    private final Method handle;
    private final int number;

    private SystemSignal(String name) throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.misc.Signal");
        this.name = name;
        handlers = Class.forName("sun.misc.SignalHandler");
        signal = type.getConstructor(String.class).newInstance(name);
        handle = type.getMethod("handle", type, handlers);
        number = (Integer) type.getMethod("getNumber").invoke(signal);
    }

    /** The signal of a name such as INT; none if this system has no such signal. */
    static Optional<SystemSignal> of(String name) {
        try {
            return Optional.of(new SystemSignal(name));
        } catch (ReflectiveOperationException e) {
            return Optional.empty();
        }
    }

    String name() {
        return name;
    }

    int number() {
        return number;
    }

    /**
     * Calls something whenever the signal comes, in a thread of its own. One that this process
     * ignores, as behind {@code nohup}, stays so.
     *
     * @return whether it will be called
     */
    boolean handle(Consumer<SystemSignal> reaction) {
        InvocationHandler handler =
                (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class) {
                        return method.invoke(this, arguments);
                    }
                    reaction.accept(this);
                    return null;
                };
        try {
            Object before =
                    handle.invoke(
                            null,
                            signal,
                            Proxy.newProxyInstance(
                                    SystemSignal.class.getClassLoader(),
                                    new Class<?>[] {handlers},
                                    handler));
            Object ignored = handlers.getField("SIG_IGN").get(null);
            if (ignored.equals(before)) {
                handle.invoke(null, signal, ignored);
                return false;
            }
            return true;
        } catch (ReflectiveOperationException e) {
            return false; // the JVM keeps it for itself, as with -Xrs
        }
    }

    /** Lets the system react as it likes: the signal ends the process. */
    void leave() {
        try {
            handle.invoke(null, signal, handlers.getField("SIG_DFL").get(null));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot leave SIG" + name + " to the system.", e);
        }
    }

    /** Sends this process the signal; returns if that is not possible. */
    void end() {
        String command = "kill -s " + name + " " + ProcessHandle.current().pid();
        try {
            new ProcessBuilder("sh", "-c", command).start();
            Uninterruptibles.sleepUninterruptibly(DELIVERY);
        } catch (IOException e) {
            return; // no shell here
        }
    }
}
