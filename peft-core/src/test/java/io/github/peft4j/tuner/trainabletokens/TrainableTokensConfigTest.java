package io.github.peft4j.tuner.trainabletokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.model.ModelInfo;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TrainableTokensConfigTest {

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
