package io.github.peft4j.tuner.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.config.LoadedConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.json.PythonJson;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that PEFT wrote, and PEFT's own verdicts. */
class LoraConfigGoldenTest {

    /** Refused by PEFT when it builds the layer, for values that no layer can have. */
    private static final ImmutableSet<String> REFUSED_EARLIER =
            ImmutableSet.of(
                    "`r` should be a positive integer value but the value passed is 0",
                    "`r` should be a positive integer value but the value passed is -1",
                    "Requested bias: some, is not implemented.",
                    "Requested bias: lora_all, is not implemented.");

    /** Not as PEFT writes them: keys are missing, unknown or wrong. */
    private static final ImmutableSet<String> EDITED =
            ImmutableSet.of(
                    "file-bone-type",
                    "file-lora-no-peft-type",
                    "file-lora-old-config",
                    "file-lora-oldest-config",
                    "file-lora-runtime-config",
                    "file-lora-unknown");

    static Stream<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(Golden.path("adapters"))) {
            return all
                    .filter(file -> file.endsWith("adapter_config.json"))
                    .filter(file -> EDITED.stream().noneMatch(file.toString()::contains))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    static Stream<JsonObject> verdicts() throws IOException {
        String text = Files.readString(Golden.path("errors.json"));
        JsonArray rows = JsonParser.parseString(text).getAsJsonArray();
        return StreamSupport.stream(rows.spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .filter(
                        row ->
                                row.getAsJsonObject("config")
                                        .get("peft_type")
                                        .getAsString()
                                        .equals("LORA"));
    }

    @Test
    void coversEveryFileAndVerdict() throws IOException {
        assertThat(files()).hasSizeGreaterThan(100);
        assertThat(verdicts()).hasSize(110);
    }

    @Test
    void hasPeftsDefaultsLetterForLetter() throws IOException {
        String expected = Files.readString(Golden.path("configs/LORA.json"));

        assertThat(LoraConfig.builder().build().toJson()).isEqualTo(expected);
        assertThat(PeftConfig.fromJson(expected).toJson()).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("files")
    void writesFilesAsTheyWereRead(Path file) throws IOException {
        String expected = Files.readString(file);

        LoadedConfig loaded = PeftConfig.loadJson(expected);

        String written = loaded.config().toJson();
        assertThat(written).isEqualTo(withSortedSets(expected));
        assertThat(PeftConfig.fromJson(written)).isEqualTo(loaded.config());
    }

    /** The text with the two fields that PEFT holds as sets sorted; all else letter for letter. */
    private static String withSortedSets(String json) throws IOException {
        String sorted = json;
        for (String key : List.of("target_modules", "exclude_modules")) {
            Object value = JsonValues.parseObject(json, "golden").get(key);
            if (value instanceof List<?> names) {
                List<?> inOrder = names.stream().sorted().toList();
                String before = indented(key, names);
                assertThat(sorted).contains(before);
                sorted = sorted.replace(before, indented(key, inOrder));
            }
        }
        return sorted;
    }

    private static String indented(String key, List<?> names) {
        return "  \"" + key + "\": " + PythonJson.write(names).replace("\n", "\n  ");
    }

    @ParameterizedTest
    @MethodSource("verdicts")
    void refusesWhatPeftRefusesAndNothingElse(JsonObject row) {
        String config = row.get("config").toString();
        boolean refused =
                row.has("stage")
                        && (row.get("stage").getAsString().equals("config")
                                || REFUSED_EARLIER.contains(errorText(row)));

        Throwable thrown = catchThrowable(() -> PeftConfig.loadJson(config));

        if (refused) {
            assertThat(thrown).isInstanceOf(IllegalArgumentException.class);
            assertThat(thrown).message().containsAnyOf(keys(row));
        } else {
            assertThat(thrown).isNull();
        }
    }

    private static String errorText(JsonObject row) {
        return row.getAsJsonObject("error").get("text").getAsString();
    }

    private static String[] keys(JsonObject row) {
        Set<String> keys = row.getAsJsonObject("config").keySet();
        return keys.stream().filter(key -> !key.equals("peft_type")).toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("verdicts")
    void warnsWherePeftWarnsAboutTheConfig(JsonObject row) {
        if (row.has("stage")
                && (row.get("stage").getAsString().equals("config")
                        || REFUSED_EARLIER.contains(errorText(row)))) {
            assertThat(row.has("warnings")).isFalse();
            return;
        }

        List<String> warnings = PeftConfig.loadJson(row.get("config").toString()).warnings();

        assertThat(warnings.stream().map(LoraConfigGoldenTest::topic).collect(Collectors.toSet()))
                .isEqualTo(expectedTopics(row));
    }

    private static Set<String> expectedTopics(JsonObject row) {
        if (!row.has("warnings")) {
            return Set.of();
        }
        return StreamSupport.stream(row.getAsJsonArray("warnings").spliterator(), false)
                .map(warning -> warning.getAsJsonObject().get("text").getAsString())
                .map(LoraConfigGoldenTest::topic)
                .filter(topic -> !topic.isEmpty())
                .collect(Collectors.toSet());
    }

    /** What a warning about the config alone is about; empty for the model's warnings. */
    private static String topic(String warning) {
        if (warning.contains("pattern") && warning.contains("did not match")) {
            return "";
        }
        for (String topic :
                List.of("loftq_config", "eva_config", "corda_config", "aLoRA", "converted to")) {
            if (warning.contains(topic)) {
                return topic;
            }
        }
        return warning.contains("path_initial_model_for_weight_conversion") ? "converted to" : "";
    }
}
