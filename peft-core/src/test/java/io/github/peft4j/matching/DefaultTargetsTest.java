package io.github.peft4j.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.json.OneOrMany;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefaultTargetsTest {

    @ParameterizedTest
    @CsvSource({
        "bert, query value",
        "roberta, query value",
        "t5, q v",
        "mt5, q v",
        "gpt2, c_attn",
        "llama, q_proj v_proj",
        "qwen3, q_proj v_proj",
        "bart, q_proj v_proj",
        "falcon, query_key_value",
        "deberta-v2, query_proj value_proj",
        "blip-2, q v q_proj v_proj",
        "phi, q_proj v_proj fc1 fc2",
        "btlm, c_proj c_attn",
        "rwkv, key value receptance output",
        "rwkv7, r_proj k_proj v_proj o_proj key value",
        "codegen, qkv_proj",
        "mpt, Wqkv"
    })
    void knowsTheLayersOf(String modelType, String names) {
        assertThat(DefaultTargets.LORA.find(modelType))
                .hasValueSatisfying(
                        targets ->
                                assertThat(targets.values()).containsExactly(names.split(" ", -1)));
    }

    @Test
    void knowsAnExpressionForGemma4() {
        assertThat(DefaultTargets.LORA.find("gemma4"))
                .contains(OneOrMany.one(".*language_model\\..*\\.(q_proj|v_proj)"));
    }

    @Test
    void keepsGivenTargets() {
        TargetModules given =
                TargetModules.DEFAULT.withTargetModules(OneOrMany.many(List.of("dense")));

        assertThat(DefaultTargets.LORA.resolve(given, "bert")).isEqualTo(given);
    }

    @Test
    void refusesAModelTypeWithoutDefault() {
        for (String modelType : new String[] {"distilbert", "albert", "mbart", "phi3", "vit"}) {
            assertThatThrownBy(() -> DefaultTargets.LORA.resolve(TargetModules.DEFAULT, modelType))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(
                            "target_modules is not set, and there is no default for model_type "
                                    + modelType
                                    + ". There are defaults for: RefinedWeb, RefinedWebModel,"
                                    + " bart,")
                    .hasMessageContaining("(40 in all). Please specify target_modules");
        }
        assertThatThrownBy(() -> DefaultTargets.LORA.resolve(TargetModules.DEFAULT, null))
                .hasMessageContaining("no default for model_type null");
    }

    @Test
    void makesOtherTablesFromThisOne() {
        DefaultTargets other = DefaultTargets.LORA.with("gpt2", "mlp.c_proj");

        assertThat(other.find("gpt2")).contains(OneOrMany.many(List.of("mlp.c_proj")));
        assertThat(DefaultTargets.LORA.find("gpt2")).contains(OneOrMany.many(List.of("c_attn")));
    }
}
