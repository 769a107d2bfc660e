package io.github.peft4j.adapter.set;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AliasesTest {

    private static final Parameter BIAS =
            Parameter.builder().setName("bias").setType(Parameter.Type.BIAS).build();

    private static final Aliases ALIASES =
            new Aliases(
                    ImmutableMap.of(
                            "head.modules_to_save.bias", BIAS,
                            "head.modules_to_save.*.dense.bias", BIAS));

    @Test
    void haveTheNameUnderWhichAnAdapterIsSaved() {
        assertThat(ALIASES.of("tweets"))
                .containsExactly(
                        Map.entry("head.modules_to_save.bias", BIAS),
                        Map.entry("head.modules_to_save.tweets.dense.bias", BIAS));
    }

    @Test
    void areKnownWhateverTheAdapterWasCalled() {
        assertThat(ALIASES.contains("head.modules_to_save.bias")).isTrue();
        assertThat(ALIASES.contains("head.modules_to_save.other.dense.bias")).isTrue();
        assertThat(ALIASES.contains("head.modules_to_save.dense.bias")).isFalse();
        assertThat(ALIASES.contains("head.modules_to_save.other.dense.weight")).isFalse();
    }
}
