package io.github.peft4j.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.cli.CommandRun;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.testkit.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffCommandTest {

    private static final String NAME = "adapters/lora-seqcls-bert";
    private static final Path BERT = Golden.path(NAME);
    private static final String QUERY = "bert.encoder.layer.0.attention.self.query";

    @TempDir private Path folder;

    @Test
    void findsNothingBetweenAnAdapterAndItself() {
        CommandRun run = CommandRun.of("diff", BERT, BERT);

        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains("by layer: 0 of 4", "tensors changed: 0 of 10")
                .doesNotContain("config", "only in");
    }

    @Test
    void measuresTensorsAndProducts() throws Exception {
        write(
                "r",
                4,
                (key, value) ->
                        key.endsWith(QUERY + ".lora_B.weight")
                                ? value.mul(3)
                                : key.endsWith("classifier.bias") ? value.mul(1.5) : value);

        JsonObject diff = diff(BERT, folder);

        JsonArray layers = diff.getAsJsonArray("layers");
        assertThat(relative(layers.get(0))).isEqualTo(2, within(1e-5));
        assertThat(name(layers.get(0))).isEqualTo(QUERY);
        assertThat(relative(layers.get(1))).isEqualTo(0, within(1e-6));
        JsonArray tensors = diff.getAsJsonArray("tensors");
        assertThat(name(tensors.get(0))).isEqualTo(QUERY + ".lora_B.weight");
        assertThat(relative(tensors.get(0))).isEqualTo(2, within(1e-6));
        assertThat(name(tensors.get(1))).isEqualTo("classifier.bias");
        assertThat(relative(tensors.get(1))).isEqualTo(0.5, within(1e-6));
    }

    @Test
    void countsTheScaleThatTheConfigGivesAProduct() throws Exception {
        write("lora_alpha", 16, (key, value) -> value);

        JsonObject diff = diff(BERT, folder);

        for (JsonElement layer : diff.getAsJsonArray("layers")) {
            assertThat(relative(layer)).isEqualTo(1, within(1e-5));
        }
        assertThat(relative(diff.getAsJsonArray("tensors").get(0))).isZero();
        assertThat(CommandRun.of("diff", BERT, folder).out()).contains("lora_alpha: 8 -> 16");
    }

    @Test
    void comparesProductsOfOtherRanksAndNamesOtherTensors() {
        CommandRun run = CommandRun.of("diff", BERT, Golden.path("adapters/lora-r1"));

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("tensors of other shapes:", "by layer: ", "  r: 4 -> 1");
        CommandRun methods = CommandRun.of("diff", BERT, Golden.path("adapters/loha-seqcls"));
        assertThat(methods.exitCode()).isZero();
        assertThat(methods.out())
                .contains("only in the first:", QUERY + ".lora_A.weight")
                .contains("only in the second:", QUERY + ".hada_w1_a")
                .contains("peft_type: \"LORA\" -> \"LOHA\"");
    }

    @Test
    void comparesWhatTheAdaptersLearnedFrom() throws Exception {
        write("r", 4, (key, value) -> value);
        Path other = Files.createDirectory(folder.resolve("other"));
        for (String file : new String[] {"adapter_config.json", "adapter_model.safetensors"}) {
            Files.copy(folder.resolve(file), other.resolve(file));
        }
        passport(folder, "sha256:aa", "sha256:one");
        passport(other, "sha256:aa", "sha256:two");
        assertThat(CommandRun.of("diff", folder, other).out())
                .doesNotContain("passport", "data_digest");

        passport(other, "sha256:bb", "sha256:two");

        assertThat(CommandRun.of("diff", folder, other).out())
                .contains("data_digest", "sha256:aa", "sha256:bb")
                .doesNotContain("sha256:one", "sha256:two");
    }

    private static void passport(Path at, String data, String tensor) throws Exception {
        AdapterPassport passport =
                AdapterPassport.builder()
                        .optTrainingDataDigest(data)
                        .optAdapterTensors(Map.of("classifier.bias", tensor))
                        .build();
        Files.writeString(at.resolve(AdapterPassport.FILE_NAME), passport.toJson());
    }

    @Test
    void saysWhereNumbersAreNotFinite() throws Exception {
        write("r", 4, (key, value) -> key.endsWith("lora_A.weight") ? value.mul(Float.NaN) : value);

        CommandRun run = CommandRun.of("diff", BERT, folder);

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("not finite  " + QUERY).contains("by layer: 4 of 4");
        assertThat(diff(BERT, folder).getAsJsonArray("layers")).hasSize(4);
    }

    @Test
    void refusesWhatIsNoAdapter() throws Exception {
        write("r", 4, (key, value) -> value);
        Files.write(folder.resolve("adapter_model.safetensors"), new byte[] {1, 2, 3});

        CommandRun run = CommandRun.of("diff", BERT, folder);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("peft: ").contains("fewer than the 8").hasLineCount(1);
        CommandRun bare = CommandRun.of("diff", Golden.path("adapters/file-lora-no-config"), BERT);
        assertThat(bare.exitCode()).isEqualTo(1);
        assertThat(bare.err()).contains("no adapter_config.json here");
        assertThat(CommandRun.of("diff", BERT).exitCode()).isEqualTo(2);
    }

    private static double relative(JsonElement size) {
        JsonObject object = size.getAsJsonObject();
        return object.get("change").getAsDouble() / object.get("first").getAsDouble();
    }

    private static String name(JsonElement size) {
        return size.getAsJsonObject().get("name").getAsString();
    }

    private JsonObject diff(Path first, Path second) throws Exception {
        Path json = folder.resolve("diff.json");
        CommandRun run = CommandRun.of("diff", first, second, "--json", json);
        assertThat(run.err()).isEmpty();
        return CommandRun.json(json);
    }

    /** Writes the adapter with one option and some tensors changed. */
    private void write(String key, Object value, BiFunction<String, NDArray, NDArray> change)
            throws Exception {
        Map<String, Object> config = new HashMap<>(PeftConfig.fromPretrained(BERT).toMap());
        config.put(key, value);
        PeftConfig.loadMap(config).config().savePretrained(folder);
        try (NDManager manager = NDManager.newBaseManager()) {
            Map<String, NDArray> tensors =
                    Golden.tensors(manager, NAME + "/adapter_model.safetensors", "");
            tensors.replaceAll(change);
            SafetensorsWriter.writeArrays(
                    folder.resolve("adapter_model.safetensors"), tensors, Map.of("format", "pt"));
        }
    }
}
