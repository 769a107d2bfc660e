package io.github.peft4j.transformers.hostile;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.family.AutoClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A golden adapter whose config can be changed, and what becomes of loading it.
 *
 * @param name the golden adapter
 * @param folder a copy of it
 */
record HostileAdapter(String name, Path folder) {

    /** When a reading counts as endless, on a machine that does much besides. */
    static final int SECONDS = 60;

    /** One adapter for each method that there is a golden file of. */
    static final List<String> OF_EACH_METHOD =
            List.of(
                    "lora-seqcls-bert",
                    "lora-rank-pattern",
                    "adalora-allocate",
                    "boft-block-num",
                    "cpt-decay",
                    "delora-causallm",
                    "lokr-both",
                    "loha-seqcls",
                    "prompt-seqcls",
                    "vera-no-projection",
                    "fourierft-gpt2",
                    "hra-odd",
                    "ln-bert",
                    "miss-bat",
                    "multitask-t5",
                    "oft-coft",
                    "prefix-bart",
                    "prefix-projection",
                    "ptuning-seqcls",
                    "road-4",
                    "tokens-bert",
                    "vblora-topk",
                    "xlora-llama");

    /** Copies a golden adapter. */
    static HostileAdapter copy(String name, Path folder) throws IOException {
        Path from = Golden.path("adapters/" + name);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path to = folder.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        }
        return new HostileAdapter(name, folder);
    }

    /** The base that it was trained with. */
    TransformerModel base() throws IOException {
        JsonObject facts = Golden.json("adapters/" + name + "/case.json");
        return Transformers.load(
                Golden.path("models/" + facts.get("model").getAsString()),
                AutoClass.named(facts.get("auto_class").getAsString()),
                LoadOptions.builder().addConfigOverride("use_cache", false).build());
    }

    /** The config as Python saved it. */
    JsonObject config() {
        return Golden.json("adapters/" + name + "/adapter_config.json");
    }

    /** Writes the config with one key changed, given in JSON. */
    void change(String key, String json) throws IOException {
        JsonObject config = config();
        JsonElement value = JsonParser.parseString(json);
        config.add(key, value);
        write(config.toString());
    }

    /** Writes the config. */
    void write(String config) throws IOException {
        Files.writeString(folder.resolve("adapter_config.json"), config);
    }

    /**
     * Loads it and says what happened: {@code loaded}, or the error with its text.
     *
     * @throws AssertionError if it takes too long
     */
    String outcome(TransformerModel base) throws InterruptedException {
        FutureTask<String> loading = new FutureTask<>(() -> load(base));
        Thread thread = new Thread(loading, "hostile " + name);
        thread.setDaemon(true);
        thread.start();
        try {
            return loading.get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException endless) {
            StringBuilder where = new StringBuilder();
            for (StackTraceElement frame : thread.getStackTrace()) {
                where.append("\n  ").append(frame);
            }
            return "ENDLESS: no answer within " + SECONDS + " s" + where;
        } catch (ExecutionException e) {
            return "ODD: " + trace(e.getCause());
        }
    }

    private String load(TransformerModel base) {
        try (PeftModel model = PeftModels.fromPretrained(base, folder)) {
            return "loaded " + model.activeAdapters();
        } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
            return isOurs(e) ? "refused: " + e.getMessage() : "ODD: " + trace(e);
        }
    }

    /** Whether an error was thrown, with a sentence, by this library. */
    static boolean isOurs(Throwable e) {
        StackTraceElement[] trace = e.getStackTrace();
        return e.getMessage() != null
                && e.getMessage().length() > 30
                && trace.length > 0
                && (trace[0].getClassName().startsWith("io.github.peft4j.")
                        || trace[0].getClassName().startsWith("com.google.common.base.Precond"));
    }

    private static String trace(Throwable e) {
        StringBuilder text = new StringBuilder(e.toString());
        StackTraceElement[] frames = e.getStackTrace();
        for (int i = 0; i < Math.min(14, frames.length); i++) {
            text.append("\n  ").append(frames[i]);
        }
        return text.toString();
    }
}
