package io.github.peft4j.transformers.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.github.peft4j.task.Folders;
import io.github.peft4j.transformers.TransformerModel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Patterns of adapter_config.json are matched with a bound on steps. */
class PatternsOfConfigsTest {

    private static final String ENDLESS = "((\\\\w+\\\\.?)+)+X";

    @TempDir private Path folder;

    @Test
    void refusesTheReportedTargets() throws Exception {
        HostileAdapter adapter = HostileAdapter.copy("lora-seqcls-bert", folder);
        Folders.copy(Folders.resource("reports/break-pattern-without-end/files"), folder);
        try (TransformerModel base = adapter.base()) {
            assertThat(adapter.outcome(base))
                    .startsWith("refused: ")
                    .contains("adapter_config.json: target_modules holds")
                    .contains("takes too long to match")
                    .contains("name the modules in a list");
        }
    }

    @Test
    void refusesAPatternThatIsLongerThanAnyoneWrites() throws Exception {
        HostileAdapter adapter = HostileAdapter.copy("lora-seqcls-bert", folder);
        adapter.change("target_modules", "\"" + "query|".repeat(200_000) + "value\"");
        try (TransformerModel base = adapter.base()) {
            assertThat(adapter.outcome(base))
                    .startsWith("refused: ")
                    .contains("adapter_config.json: target_modules holds")
                    .contains("has 1200005 characters; a pattern has at most 16384")
                    .hasSizeLessThan(2000);
        }
    }

    @Test
    void refusesALayersPatternWithoutEnd() throws Exception {
        HostileAdapter adapter = HostileAdapter.copy("lora-seqcls-bert", folder);
        JsonObject config = adapter.config();
        config.addProperty("layers_to_transform", 1);
        config.addProperty("layers_pattern", "((\\w+\\.?)+)+X");
        adapter.write(config.toString());
        try (TransformerModel base = adapter.base()) {
            assertThat(adapter.outcome(base))
                    .startsWith("refused: ")
                    .contains("adapter_config.json: layers_pattern holds")
                    .contains("takes too long to match");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "lora-seqcls-bert; target_modules; %s",
                "lora-seqcls-bert; exclude_modules; %s",
                "lora-seqcls-bert; modules_to_save; [%s]",
                "lora-seqcls-bert; rank_pattern; {%s: 3}",
                "lora-seqcls-bert; alpha_pattern; {%s: 3}",
                "loha-seqcls; rank_pattern; {%s: 3}",
                "delora-causallm; lambda_pattern; {%s: 3}"
            })
    void refusesPatternsWithoutEnd(String name, String key, String value) throws Exception {
        HostileAdapter adapter = HostileAdapter.copy(name, folder);
        adapter.change(key, value.formatted("\"" + ENDLESS + "\""));
        try (TransformerModel base = adapter.base()) {
            assertThat(adapter.outcome(base))
                    .startsWith("refused: ")
                    .contains("adapter_config.json: " + key + " holds")
                    .contains("takes too long to match");
        }
    }
}
