package io.github.peft4j.task.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class AdapterNumbersTest {

    @Test
    void anAdapterWithNanWarnsWithTheTensorsName() throws IOException {
        Path folder = Golden.path("adapters/file-lora-nan");

        try (TransformerModel base = Transformers.load(Golden.path("models/bert-seqcls"));
                PeftModel model = PeftModels.fromPretrained(base, folder)) {
            assertThat(model.loadReport(PeftModel.DEFAULT_ADAPTER).warnings())
                    .anyMatch(
                            warning ->
                                    warning.startsWith("The adapter in " + folder)
                                            && warning.contains("has NaN or infinite numbers in")
                                            && warning.contains("base_model.model."));
        }
    }
}
