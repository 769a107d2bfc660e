package io.github.peft4j.task.generate.config;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.config.option.Option;
import io.github.peft4j.task.OddValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of another type in generation_config.json, or in config.json without one. */
class GenerationConfigTypesTest {

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"generation_config.json", "config.json"})
    void loadsOrNamesTheKey(String name) throws IOException {
        Set<String> keys = new TreeSet<>(OtherGenerationKeys.IGNORED);
        GenerationConfig.KEPT.options().stream().map(Option::key).forEach(keys::add);

        OddValues.tryAll(
                folder.resolve(name), keys, () -> GenerationConfig.fromPretrained(folder).toMap());
        OddValues.tryAll(
                folder.resolve(name),
                keys,
                () -> GenerationConfig.builder().build().completedBy(folder));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max_new_tokens | 2147483648 | max_new_tokens is 2147483648 but must be a whole",
                "eos_token_id | [1, 2147483648] | eos_token_id is [ 1, 2147483648 ] but must be a",
            })
    void namesFileKeyAndValue(String key, String value, String text) throws IOException {
        Path file = folder.resolve("generation_config.json");
        Files.writeString(file, "{\"" + key + "\": " + value + "}");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> GenerationConfig.fromPretrained(folder))
                .withMessageContaining(file.toString())
                .withMessageContaining(text);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GenerationConfig.builder().build().completedBy(folder))
                .withMessageContaining(file.toString())
                .withMessageContaining(text);
    }
}
