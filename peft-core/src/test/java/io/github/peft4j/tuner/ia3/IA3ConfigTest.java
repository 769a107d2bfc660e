package io.github.peft4j.tuner.ia3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.model.ModelInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IA3ConfigTest {

    @Test
    void refusesFeedForwardLayersThatAreNoTargets() {
        IA3Config.Builder builder =
                IA3Config.builder().optTargetModules("query").optFeedforwardModules("dense");

        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "feedforward_modules [dense] is no subset of target_modules [query]. Name"
                                + " every feed-forward layer among the targets too.");
    }

    @Test
    void refusesOptionsThatIA3DoesNotHave() {
        IA3Config.Builder builder = IA3Config.builder().optLayersToTransform(1);

        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layers_to_transform")
                .hasMessageContaining("IA3 has no such option");
    }

    @Test
    void fillsInWhatTheModelTypeDecides() {
        IA3Config bert = new IA3Tuner().complete(IA3Config.builder().build(), info("bert"));

        assertThat(bert.targetModules())
                .contains(OneOrMany.many(List.of("key", "output.dense", "value")));
        assertThat(bert.feedforwardModules()).contains(OneOrMany.many(List.of("output.dense")));
    }

    @Test
    void asksForFeedForwardLayersWhereNoTableNamesThem() {
        IA3Config config = IA3Config.builder().optTargetModules("up").build();

        assertThatThrownBy(() -> new IA3Tuner().complete(config, info(null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Please specify feedforward_modules");
    }

    private static ModelInfo info(@Nullable String modelType) {
        return new ModelInfo("Model", "test", null, modelType, null, null, ImmutableMap.of());
    }
}
