package io.github.peft4j.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.ToyModel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An option that singles out layers and misses them all is a slip of the pen. */
class UnmatchedPatternsTest {

    @ParameterizedTest
    @CsvSource({
        "LORA, rank_pattern",
        "LORA, alpha_pattern",
        "LOHA, rank_pattern",
        "LOHA, alpha_pattern",
        "LOKR, rank_pattern",
        "LOKR, alpha_pattern",
        "DELORA, rank_pattern"
    })
    void isWarnedOf(String method, String option) {
        PeftConfig config =
                PeftConfig.loadMap(
                                Map.of(
                                        "peft_type",
                                        method,
                                        "target_modules",
                                        List.of("up", "down"),
                                        option,
                                        Map.of("up", 2L, "upp", 3L)))
                        .config();
        try (ToyModel toy = ToyModel.ours();
                PeftModel model = PeftModels.getPeftModel(toy.base().block(), config)) {
            assertThat(model.loadReport("default").warnings())
                    .containsExactly(
                            "The following "
                                    + option
                                    + " keys did not match any targeted module and were ignored:"
                                    + " [upp]. Check their spelling against the names of the"
                                    + " layers.");
        }
    }
}
