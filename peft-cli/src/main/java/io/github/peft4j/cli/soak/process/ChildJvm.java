package io.github.peft4j.cli.soak.process;

import java.io.File;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts a class of this program in a process of its own. */
public final class ChildJvm {

    private ChildJvm() {}

    /** What starts the main method of a class. */
    public static ProcessBuilder of(Class<?> main, List<String> arguments) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Stream<String> options =
                Stream.of(
                        java,
                        "-Xmx700m",
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
