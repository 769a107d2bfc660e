package io.github.peft4j.cli.soak.leaks;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableMap;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Engines;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes, trains, merges and closes adapters of all methods of layers, and counts what stays. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(name = "leaks", description = "Make and close adapters of each method; no array may stay.")
public final class LeaksCommand implements Callable<Integer> {

    private static final String LINEAR = "\"target_modules\": [\"up\", \"down\"]";

    /** What each method needs to know here. */
    private static final ImmutableMap<String, String> METHODS =
            ImmutableMap.<String, String>builder()
                    .put("ADALORA", LINEAR + ", \"init_r\": 2, \"total_step\": 100")
                    .put("BOFT", LINEAR + ", \"boft_block_size\": 2")
                    .put("DELORA", LINEAR + ", \"r\": 2")
                    .put("FOURIERFT", LINEAR + ", \"n_frequency\": 12")
                    .put("HRA", LINEAR + ", \"r\": 2")
                    .put("IA3", LINEAR + ", \"feedforward_modules\": [\"down\"]")
                    .put("LN_TUNING", "\"target_modules\": [\"norm\"]")
                    .put("LOHA", LINEAR + ", \"r\": 2")
                    .put("LOKR", LINEAR + ", \"r\": 2")
                    .put("LORA", "\"target_modules\": [\"table\", \"up\", \"down\"], \"r\": 2")
                    .put("MISS", LINEAR + ", \"r\": 2")
                    .put("OFT", LINEAR + ", \"oft_block_size\": 2")
                    .put("ROAD", LINEAR + ", \"group_size\": 2")
                    .put(
                            "TRAINABLE_TOKENS",
                            "\"target_modules\": [\"table\"], \"token_indices\": [5, 6, 7]")
                    .put("VBLORA", LINEAR + ", \"r\": 2, \"num_vectors\": 4, \"vector_length\": 2")
                    .put("VERA", LINEAR + ", \"r\": 2")
                    .buildOrThrow();

    @Spec private CommandSpec spec;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How many lives for each method (default: 100).")
    private int rounds = 100;

    @Option(names = "--seed", paramLabel = "S", description = "Repeats an earlier run's numbers.")
    private @Nullable Integer seed;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        int start = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
        out.println("seed " + start);
        Engine.getEngine(Engines.PYTORCH).setRandomSeed(start);
        Path work = Files.createTempDirectory("peft-soak");
        try (NDManager manager = Engines.newManager()) {
            return trial(lives(SmallBase.of(manager), work), out);
        } finally {
            MoreFiles.deleteRecursively(work, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }

    private static List<AdapterLife> lives(SmallBase base, Path work) {
        List<AdapterLife> lives = new ArrayList<>();
        for (Map.Entry<String, String> method : METHODS.entrySet()) {
            String json =
                    "{\"peft_type\": \"%s\", %s}".formatted(method.getKey(), method.getValue());
            lives.add(
                    new AdapterLife(
                            base, PeftConfig.fromJson(json), work.resolve(method.getKey())));
        }
        return lives;
    }

    private int trial(List<AdapterLife> lives, PrintWriter out) throws IOException {
        round(lives);
        int arrays = ProcessMemory.arrays();
        double first = ProcessMemory.resident();
        double middle = first;
        for (int round = 0; round < rounds; round++) {
            round(lives);
            if (round == rounds / 2) {
                middle = ProcessMemory.resident();
            }
        }
        int stayed = ProcessMemory.arrays() - arrays;
        double last = ProcessMemory.resident();
        out.printf(
                "%d lives of each of %d methods: %d arrays stayed; the process holds %.0f MiB,"
                        + " %+.1f since the first round, %+.1f in the second half%n",
                rounds, lives.size(), stayed, last, last - first, last - middle);
        return stayed == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static void round(List<AdapterLife> lives) throws IOException {
        for (AdapterLife life : lives) {
            life.live();
        }
    }
}
