package io.github.peft4j.task.train.optim;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParameterGroupingTest {

    private static Parameter parameter(Parameter.Type type) {
        return Parameter.builder().setName("weight").setType(type).build();
    }

    /** What transformers' {@code get_decay_parameter_names} says of such names and modules. */
    @Test
    void decaysNeitherBiasesNorNorms() {
        ImmutableMap<String, Parameter> all =
                ImmutableMap.<String, Parameter>builder()
                        .put("layer.0.query.lora_A.weight", parameter(Parameter.Type.WEIGHT))
                        .put("layer.0.query.lora_B.bias", parameter(Parameter.Type.WEIGHT))
                        .put("layer.0.LayerNorm.weight", parameter(Parameter.Type.WEIGHT))
                        .put("layers.0.input_layernorm.weight", parameter(Parameter.Type.WEIGHT))
                        .put("layers.0.q_norm.weight", parameter(Parameter.Type.WEIGHT))
                        .put("model.norm.weight", parameter(Parameter.Type.WEIGHT))
                        .put("norm.weight", parameter(Parameter.Type.WEIGHT))
                        .put("normal.weight", parameter(Parameter.Type.WEIGHT))
                        .put("h.0.ln_1.weight", parameter(Parameter.Type.GAMMA))
                        .put("h.0.ln_1.shift", parameter(Parameter.Type.BETA))
                        .put("relative_attention_bias.weight", parameter(Parameter.Type.WEIGHT))
                        .put("classifier.weight", parameter(Parameter.Type.WEIGHT))
                        .buildOrThrow();

        List<ParameterGroup> groups = ParameterGrouping.byDecay(0.1).group(all);

        assertThat(groups).extracting(ParameterGroup::weightDecay).containsExactly(0.1, 0.0);
        assertThat(groups).extracting(ParameterGroup::rateFactor).containsOnly(1.0);
        assertThat(groups.get(0).parameters().keySet())
                .containsExactly(
                        "layer.0.query.lora_A.weight", "normal.weight", "classifier.weight");
        assertThat(groups.get(1).parameters()).hasSize(9);
    }
}
