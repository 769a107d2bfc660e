package io.github.peft4j.transformers.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftMethods;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sizes of adapter_config.json are compared with the file before memory is taken for them. */
class SizesOfConfigsTest {

    @TempDir private Path folder;

    static List<String> adapters() {
        return HostileAdapter.OF_EACH_METHOD;
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void endsForHugeValuesOfEveryOption(String name) throws Exception {
        HostileAdapter adapter = HostileAdapter.copy(name, folder);
        List<String> bad = new ArrayList<>();
        try (TransformerModel base = adapter.base()) {
            for (String key : integers(adapter)) {
                for (String value : List.of("2147483647", "100000000", "1000000000")) {
                    adapter.change(key, value);
                    String outcome = adapter.outcome(base);
                    if (!outcome.startsWith("refused") && !outcome.startsWith("loaded")) {
                        bad.add(key + " " + value + ": " + outcome);
                    }
                }
            }
        }
        assertThat(bad).isEmpty();
    }

    @Test
    void takesNoMemoryForTensorsThatTheFileLacks() throws Exception {
        HostileAdapter adapter = HostileAdapter.copy("file-lora-missing-all-lora", folder);
        try (TransformerModel base = adapter.base()) {
            for (String size : List.of("2147483647", "100000000000")) {
                adapter.change("r", size);
                assertThat(adapter.outcome(base)).startsWith("refused");
            }
        }
    }

    @Test
    void saysHowMuchMemoryNewTensorsWouldTake() throws Exception {
        HostileAdapter adapter = HostileAdapter.copy("lora-seqcls-bert", folder);
        try (TransformerModel base = adapter.base()) {
            LoraConfig config =
                    LoraConfig.builder().optTargetModules("query").optR(Integer.MAX_VALUE).build();
            assertThatThrownBy(() -> PeftModels.getPeftModel(base, config))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("MiB of memory")
                    .hasMessageContaining("lora_A")
                    .hasMessageContaining("(2147483647, 32)")
                    .hasMessageContaining("Choose smaller sizes");
        }
    }

    /** Keys that take a whole number. */
    private static List<String> integers(HostileAdapter adapter) throws IOException {
        PeftType type = PeftType.of(adapter.config().get("peft_type").getAsString());
        List<String> keys = new ArrayList<>();
        for (Option<?> option : PeftMethods.require(type).configType().options()) {
            if (takesAnInteger(option)) {
                keys.add(option.key());
            }
        }
        return keys;
    }

    private static boolean takesAnInteger(Option<?> option) {
        try {
            return !(option.type().convert(option.key(), 2147483647L) instanceof String);
        } catch (IllegalArgumentException other) {
            return false;
        }
    }
}
