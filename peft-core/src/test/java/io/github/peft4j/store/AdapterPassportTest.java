package io.github.peft4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.TaskType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdapterPassportTest {

    @TempDir private Path folder;

    private void write(String json) throws IOException {
        Files.writeString(folder.resolve(AdapterPassport.FILE_NAME), json);
    }

    @Test
    void readsWhatItWrites() throws IOException {
        AdapterPassport passport =
                AdapterPassport.builder()
                        .optTaskType(TaskType.TOKEN_CLS)
                        .optLabels(ImmutableList.of("O", "B-PER"))
                        .optMaxLength(64)
                        .optPaddingSide("left")
                        .optPooling("FIRST_TOKEN")
                        .optNormalize(true)
                        .optPrompts(ImmutableMap.of("query", "query: "))
                        .optChatTemplate("{{ x }}")
                        .optBase("models/base", "sha256:0")
                        .optTraining(
                                ImmutableMap.of("learning_rate", 1e-3),
                                ImmutableMap.of("loss", 0.25, "f1", Double.NaN))
                        .build();
        write(passport.toJson());

        assertThat(AdapterPassport.read(folder)).contains(passport);
        assertThat(passport.trainingMetrics()).containsOnlyKeys("loss");
        assertThat(passport.toJson()).startsWith("{\n  \"adapter\": {").contains("\"prompts\": {");
    }

    @Test
    void laysKnownValuesOverOthers() {
        AdapterPassport low = AdapterPassport.builder().optMaxLength(8).optPooling("MEAN").build();
        AdapterPassport high = AdapterPassport.builder().optMaxLength(16).build();

        assertThat(high.over(low).maxLength()).hasValue(16);
        assertThat(high.over(low).pooling()).contains("MEAN");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"labels\": [1]}|labels = [1]. It must be a list of texts, at least one.",
                "{\"labels\": \"a\"}|labels = a. It must be a list of texts, at least one.",
                "{\"max_length\": 0}|max_length = 0. It must be a whole number above 0.",
                "{\"task_type\": \"X\"}|task_type = X. It must be one of SEQ_CLS",
                "{\"base\": 3}|'base' is 3. It must be an object.",
                "{\"prompts\": {\"a\": 1}}|prompts = {a=1}. It must be an object of texts.",
                "{\"padding_side\": \"up\"}|padding_side = up. It must be one of left, right.",
                "[]|adapter_passport.json",
                "{\"labels\"|adapter_passport.json"
            })
    void refusesABrokenFile(String json, String message) throws IOException {
        write(json);

        assertThatThrownBy(() -> AdapterPassport.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message);
    }

    @Test
    void passesOverUnknownAndMissingFields() throws IOException {
        write("{\"later\": {\"x\": 1}, \"labels\": null, \"max_length\": 5}");

        assertThat(AdapterPassport.read(folder).orElseThrow())
                .isEqualTo(AdapterPassport.builder().optMaxLength(5).build());
    }
}
