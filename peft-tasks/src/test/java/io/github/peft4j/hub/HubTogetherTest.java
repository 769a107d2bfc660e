package io.github.peft4j.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import com.google.gson.Gson;
import dev.failsafe.Failsafe;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.folder.AdapterFolder;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** Downloads by many at once, and what is made of them. */
class HubTogetherTest {

    private static final int SIZE = 3_000_000;

    @TempDir private Path cache;

    private HubOptions options(FakeHub server) {
        return HubOptions.builder(Map.of()).optEndpoint(server.endpoint()).optCache(cache).build();
    }

    @Test
    void threadsDownloadOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try (FakeHub server = new FakeHub().withModel(SIZE)) {
            Callable<Path> pull = () -> new Hub(options(server)).pull(FakeHub.NAME);
            for (Future<Path> done :
                    threads.invokeAll(List.of(pull, pull, pull, pull, pull, pull))) {
                assertThat(done.get().resolve("model.safetensors"))
                        .hasBinaryContent(FakeHub.content(SIZE));
            }
            assertThat(server.lines())
                    .filteredOn(
                            line -> line.startsWith("GET") && line.endsWith("model.safetensors"))
                    .hasSize(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void processesDownloadOnce() throws Exception {
        try (FakeHub server = new FakeHub().withModel(SIZE)) {
            List<Process> processes = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                processes.add(
                        new ProcessBuilder(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-Xmx64m",
                                        "-cp",
                                        classPath(),
                                        Puller.class.getName(),
                                        server.endpoint(),
                                        cache.toString())
                                .inheritIO()
                                .start());
            }
            for (Process process : processes) {
                assertThat(process.waitFor()).isZero();
            }
            assertThat(server.lines())
                    .filteredOn(
                            line -> line.startsWith("GET") && line.endsWith("model.safetensors"))
                    .hasSize(1);
        }
        assertThat(
                        cache.resolve(
                                "models--org--tiny/snapshots/"
                                        + FakeHub.COMMIT
                                        + "/model.safetensors"))
                .hasBinaryContent(FakeHub.content(SIZE));
    }

    /** The folders and jars of what a process needs, wherever the test's loader has them from. */
    private static String classPath() throws Exception {
        List<String> entries = new ArrayList<>();
        for (Class<?> type :
                List.of(
                        Puller.class,
                        Hub.class,
                        JsonValues.class,
                        Failsafe.class,
                        Splitter.class,
                        Gson.class,
                        Logger.class)) {
            entries.add(
                    Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                            .toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    /** A process that downloads. */
    static final class Puller {

        private Puller() {}

        /** Takes the endpoint and the cache. */
        public static void main(String[] arguments) throws IOException {
            new Hub(
                            HubOptions.builder(Map.of())
                                    .optEndpoint(arguments[0])
                                    .optCache(Path.of(arguments[1]))
                                    .build())
                    .pull(FakeHub.NAME);
        }
    }

    @Test
    void aModelIsLoadedByItsNameAndItsAdapterFindsIt(@TempDir Path folder) throws Exception {
        Path base = Files.createDirectories(folder.resolve("base"));
        Folders.copy(Golden.path("models/bert-seqcls"), base);
        Folders.copy(Folders.resource("golden/tokenizers/bert"), base);
        Path adapter = folder.resolve("adapter");
        try (FakeHub server = new FakeHub()) {
            try (Stream<Path> all = Files.list(base)) {
                for (Path file : all.filter(Files::isRegularFile).toList()) {
                    server.with(file.getFileName().toString(), Files.readAllBytes(file));
                }
            }
            LoraConfig config =
                    LoraConfig.builder()
                            .optTaskType(TaskType.SEQ_CLS)
                            .optR(2)
                            .optInitLoraWeights(false)
                            .build();
            try (TransformerModel model =
                            Transformers.load(
                                    FakeHub.NAME,
                                    TaskType.SEQ_CLS,
                                    LoadOptions.DEFAULT,
                                    options(server));
                    PeftModel peft = PeftModels.getPeftModel(model, config)) {
                assertThat(model.info().nameOrPath()).isEqualTo(FakeHub.NAME);
                peft.savePretrained(adapter);
            }
            assertThat(adapter.resolve("adapter_config.json"))
                    .content()
                    .contains("\"base_model_name_or_path\": \"org/tiny\"");

            try (AdapterFolder loaded = AdapterFolder.load(adapter, options(server))) {
                assertThat(loaded.base().directory()).startsWith(cache);
            }
            assertThat(server.lines())
                    .filteredOn(
                            line -> line.startsWith("GET") && line.endsWith("model.safetensors"))
                    .hasSize(1);
        }
    }
}
