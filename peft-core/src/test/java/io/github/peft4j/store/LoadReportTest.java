package io.github.peft4j.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TwoLayers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadReportTest {

    @TempDir private Path folder;
    private TwoLayers base;

    @BeforeEach
    void makeABase() {
        base = new TwoLayers();
    }

    @AfterEach
    void close() {
        base.close();
    }

    private PeftModel wrap(PeftConfig config, String name) {
        return PeftModels.getPeftModel(base.model.block(), config, name);
    }

    @Test
    void isEmptyForAnAdapterThatWasMadeHere() {
        try (PeftModel model = wrap(TwoLayers.lora("first").build(), "one")) {
            assertThat(model.loadReport("one")).isEqualTo(LoadReport.ofNew(ImmutableList.of()));
        }
    }

    @Test
    void tellsWhatIsOddAboutAConfigForItsLayers() {
        PeftConfig config = TwoLayers.lora("second").optLoraBias(true).optFanInFanOut(true).build();

        try (PeftModel model = wrap(config, "lora")) {
            assertThat(model.loadReport("lora").warnings())
                    .hasSize(3)
                    .anySatisfy(text -> assertThat(text).contains("fan_in_fan_out is true"))
                    .anySatisfy(text -> assertThat(text).contains("lora_bias is true, but second"))
                    .anySatisfy(
                            text -> assertThat(text).contains("Adapter name 'lora' is part of"));
        }
    }

    @Test
    void tellsOfFromPretrainedWhatTheConfigAndTheFileLack() throws IOException {
        try (PeftModel model = wrap(TwoLayers.lora("first").build(), "default")) {
            model.savePretrained(folder);
        }
        Path config = folder.resolve(PeftConfig.FILE_NAME);
        String json =
                Files.readString(config)
                        .replace("\"r\": 2", "\"r\": 2, \"of_the_future\": 1")
                        .replace("\"first\"", "\"first\", \"second\"");
        Files.writeString(config, json);

        try (PeftModel model = PeftModels.fromPretrained(base.model.block(), folder)) {
            LoadReport report = model.loadReport("default");
            assertThat(report.missingKeys())
                    .containsExactly(
                            "base_model.model.second.lora_A.weight",
                            "base_model.model.second.lora_B.weight");
            assertThat(report.unexpectedKeys()).isEmpty();
            assertThat(report.warnings())
                    .hasSize(2)
                    .anySatisfy(text -> assertThat(text).contains("of_the_future"))
                    .anySatisfy(text -> assertThat(text).contains("lacks 2 tensors"));
        }
    }

    @Test
    void isThatOfTheLastLoad() throws IOException {
        try (PeftModel model = wrap(TwoLayers.lora("first").build(), "default")) {
            model.savePretrained(folder);
            model.addAdapter("wide", TwoLayers.lora("first", "second").build());

            LoadReport report = model.loadAdapter(folder, "wide");

            assertThat(report.missingKeys()).hasSize(2);
            assertThat(model.loadReport("wide")).isEqualTo(report);
        }
    }
}
