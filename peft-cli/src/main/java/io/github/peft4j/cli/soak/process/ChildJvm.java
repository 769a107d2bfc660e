package io.github.peft4j.cli.soak.process;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts a class of this program in a process of its own. */
public final class ChildJvm {

    /** The exit code of a child whose parent has ended. */
    private static final int ORPHAN = 98;

    private ChildJvm() {}

    /** What starts the main method of a class. */
    public static ProcessBuilder of(Class<?> main, List<String> arguments) {
        return of(main, 700, arguments);
    }

    /**
     * What starts the main method of a class.
     *
     * @param heap MiB at most
     */
    public static ProcessBuilder of(Class<?> main, int heap, List<String> arguments) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Stream<String> options =
                Stream.of(
                        java,
                        "-Xmx%dm".formatted(heap),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dai.djl.offline=true",
                        "-cp",
                        classPath(main),
                        main.getName());
        ProcessBuilder process =
                new ProcessBuilder(Stream.concat(options, arguments.stream()).toList());
        process.environment().put("OMP_NUM_THREADS", "1");
        return process.redirectError(ProcessBuilder.Redirect.DISCARD);
    }

    /**
     * Called by a child: ends it with its parent, whatever ended that. Then nobody holds the other
     * end of its standard input.
     */
    public static void endWithParent() {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                while (System.in.read() >= 0) {}
                            } catch (IOException e) {
                                // As good as an end.
                            }
                            Runtime.getRuntime().halt(ORPHAN);
                        },
                        "parent");
        thread.setDaemon(true);
        thread.start();
    }

    /** That of this process, which may have been started with another loader than Java's own. */
    private static String classPath(Class<?> main) {
        if (main.getClassLoader() instanceof URLClassLoader loader) {
            return Stream.of(loader.getURLs())
                    .map(url -> Path.of(URI.create(url.toString())).toString())
                    .collect(Collectors.joining(File.pathSeparator));
        }
        return System.getProperty("java.class.path");
    }
}
