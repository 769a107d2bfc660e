package io.github.peft4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.base.Splitter;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.testkit.LeakCheck;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading an adapter reads each file once, warns once, and draws only what the file lacks. */
class FromPretrainedTest {

    private static final String A = "base_model.model.up.lora_A.weight";
    private static final String B = "base_model.model.up.lora_B.weight";

    private final ToyModel toy = ToyModel.ours();
    private final NDManager scope = NDManager.newBaseManager("PyTorch");
    @TempDir private Path directory;
    @TempDir private Path recordings;

    @BeforeEach
    void save() throws IOException {
        LoraConfig config =
                LoraConfig.builder()
                        .optR(2)
                        .optTargetModules("up")
                        .optRankPattern(Map.of("nowhere", 3))
                        .build();
        try (PeftModel model = PeftModels.getPeftModel(toy.base().block(), config)) {
            Parameter b = tensor(model, "default", B);
            Tensors.fill(b, scope.ones(b.getShape()), 4);
            model.savePretrained(directory);
        }
        Path file = directory.resolve(PeftConfig.FILE_NAME);
        String json = Files.readString(file);
        Files.writeString(file, "{\n  \"of_the_future\": 1," + json.substring(1));
    }

    @AfterEach
    void close() {
        scope.close();
        toy.close();
    }

    private PeftModel load() throws IOException {
        return PeftModels.fromPretrained(toy.base().block(), directory);
    }

    @Test
    void readsTheConfigAsOftenAsTheConfigAloneDoes() throws IOException {
        load().close(); // classes are loaded, and do not count below
        long once = reads(() -> PeftConfig.load(directory));

        assertThat(once).isPositive();
        assertThat(reads(() -> load().close())).isEqualTo(once);
    }

    /** A piece of work that reads files. */
    private interface Reading {
        void run() throws IOException;
    }

    private long reads(Reading reading) throws IOException {
        Path file = Files.createTempFile(recordings, "reads", ".jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.FileRead").withThreshold(Duration.ZERO);
            recording.start();
            reading.run();
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("jdk.FileRead"))
                .filter(event -> event.getString("path").endsWith(PeftConfig.FILE_NAME))
                .count();
    }

    @Test
    void warnsOnceOfEachThing() throws IOException {
        PrintStream err = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        LoadReport report;
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try (PeftModel model = load()) {
            report = model.loadReport("default");
        } finally {
            System.setErr(err);
        }
        List<String> lines =
                Splitter.on('\n')
                        .omitEmptyStrings()
                        .splitToList(log.toString(StandardCharsets.UTF_8));

        assertThat(report.warnings()).hasSize(2).doesNotHaveDuplicates();
        assertThat(report.warnings().get(0)).contains("of_the_future");
        assertThat(report.warnings().get(1)).contains("nowhere");
        assertThat(lines).filteredOn(line -> line.contains("of_the_future")).hasSize(1);
        assertThat(lines).filteredOn(line -> line.contains("nowhere")).hasSize(1);
    }

    private float[] nextDraw() {
        return scope.randomNormal(new Shape(8)).toFloatArray();
    }

    @Test
    void drawsNothing() throws IOException {
        Engine.getEngine("PyTorch").setRandomSeed(3);
        float[] expected = nextDraw();

        Engine.getEngine("PyTorch").setRandomSeed(3);
        try (PeftModel model = load()) {
            model.loadAdapter(directory, "second");
            model.loadAdapter(directory, "second");

            assertThat(nextDraw()).containsExactly(expected);
        }
    }

    @Test
    void copyingDrawsNothing() throws IOException {
        try (PeftModel model = load()) {
            Engine.getEngine("PyTorch").setRandomSeed(3);
            float[] expected = nextDraw();

            Engine.getEngine("PyTorch").setRandomSeed(3);
            model.copyAdapter("default", "second");

            assertThat(nextDraw()).containsExactly(expected);
            assertThat(Tensors.bytes(tensor(model, "second", B).getArray()))
                    .isEqualTo(Tensors.bytes(tensor(model, "default", B).getArray()));
            assertThat(tensor(model, "second", B)).isNotSameAs(tensor(model, "default", B));
        }
    }

    private static Parameter tensor(PeftModel model, String adapter, String key) {
        return Tensors.get(model.adapter(adapter).tensors(), key);
    }

    /** What the file holds is taken over, what it lacks starts as it would in a fresh adapter. */
    @Test
    void drawsWhatTheFileLacks() throws IOException {
        leaveOut(A);
        Engine.getEngine("PyTorch").setRandomSeed(3);
        try (PeftModel fresh =
                        PeftModels.getPeftModel(
                                toy.base().block(), PeftConfig.fromPretrained(directory));
                PeftModel half = seeded()) {
            assertThat(half.loadReport("default").missingKeys()).containsExactly(A);
            assertThat(Tensors.bytes(tensor(half, "default", A).getArray()))
                    .isEqualTo(Tensors.bytes(tensor(fresh, "default", A).getArray()));
            assertThat(tensor(half, "default", B).getArray().toFloatArray()).containsOnly(4);
        }
    }

    private PeftModel seeded() throws IOException {
        Engine.getEngine("PyTorch").setRandomSeed(3);
        return load();
    }

    @Test
    void leavesNothingBehindWhereAFileDoesNotFit() throws IOException {
        Files.delete(directory.resolve("adapter_passport.json"));
        try (NDManager scratch = NDManager.newBaseManager("PyTorch")) {
            AtomicFiles.write(
                    directory.resolve("adapter_model.safetensors"),
                    SafetensorsWriter.content(
                            Map.of(A, TensorView.of(scratch.ones(new Shape(7, 7)))),
                            Map.of("format", "pt")));
        }

        long growth =
                LeakCheck.growth(
                        () ->
                                assertThatThrownBy(this::load)
                                        .isInstanceOf(IOException.class)
                                        .hasMessageContaining("Size mismatch"));

        assertThat(growth).isZero();
    }

    private void leaveOut(String key) throws IOException {
        Files.deleteIfExists(directory.resolve("adapter_passport.json"));
        Map<String, TensorView> rest = new LinkedHashMap<>();
        try (Checkpoint checkpoint = Checkpoint.openAdapter(directory)) {
            for (String name : checkpoint.names()) {
                if (!name.equals(key)) {
                    rest.put(name, TensorView.of(checkpoint.load(scope, name)));
                }
            }
        }
        AtomicFiles.write(
                directory.resolve("adapter_model.safetensors"),
                SafetensorsWriter.content(rest, Map.of("format", "pt")));
    }
}
