package io.github.peft4j.tuner.trainabletokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.model.ModelInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TrainableTokensConfigTest {

    @Test
    void hasPeftsDefaults() {
        TrainableTokensConfig config = TrainableTokensConfig.builder().build();

        assertThat(config.tokenIndices()).isEmpty();
        assertThat(config.targetModules()).isEmpty();
        assertThat(config.initWeights()).isTrue();
    }

    @Test
    void comesBackFromItsJson() {
        TrainableTokensConfig config =
                TrainableTokensConfig.builder()
                        .optTargetModules("wte")
                        .optTokenIndices(5, 7)
                        .optInitWeights(false)
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
        assertThat(config.toMap())
                .containsEntry("token_indices", List.of(5L, 7L))
                .doesNotContainKeys("modules_to_save", "exclude_modules");
    }

    @Test
    void refusesNegativeIds() {
        TrainableTokensConfig.Builder builder =
                TrainableTokensConfig.builder().optTokenIndices(1, -1);

        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("token_indices has -1");
    }

    @Test
    void refusesOptionsThatItDoesNotHave() {
        TrainableTokensConfig.Builder builder =
                TrainableTokensConfig.builder().optModulesToSave("classifier");

        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TRAINABLE_TOKENS has no such option");
    }

    @Test
    void takesTheModelsTokenEmbeddingByItsFullName() {
        TrainableTokensTuner tuner = new TrainableTokensTuner();
        TrainableTokensConfig silent = TrainableTokensConfig.builder().build();

        assertThat(tuner.complete(silent, info("model.embed_tokens")).targetModules())
                .contains(OneOrMany.one("model.embed_tokens"));
        assertThat(tuner.complete(silent, info(null)).targetModules())
                .contains(OneOrMany.one("embed_tokens"));
    }

    private static ModelInfo info(@Nullable String embedding) {
        return new ModelInfo("Model", "test", null, "x", null, embedding, ImmutableMap.of());
    }
}
