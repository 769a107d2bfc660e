package io.github.peft4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.peft4j.adapter.Activation;
import io.github.peft4j.testkit.TwoLayers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeftModelScaleTest {

    private TwoLayers base;
    private PeftModel model;

    @BeforeEach
    void makeAnAdapter() {
        base = new TwoLayers();
        model =
                PeftModels.getPeftModel(
                        base.model.block(), TwoLayers.lora("second").build(), "one");
    }

    @AfterEach
    void close() {
        model.close();
        base.close();
    }

    @Test
    void weightsTheContributionOfAnAdapter() {
        float[] bare = base.output(model.forward(base.input, Activation.none()));
        float[] plain = base.output(model);

        model.setScale("one", 3);
        float[] three = base.output(model);
        model.setScale("one", 0);

        assertThat(base.output(model)).isEqualTo(bare);
        for (int i = 0; i < bare.length; i++) {
            assertThat(three[i] - bare[i]).isCloseTo(3 * (plain[i] - bare[i]), within(1e-5f));
        }
    }

    @Test
    void staysWithTheAdapterUntilItIsDeleted() {
        model.addAdapter("two", TwoLayers.lora("first").build());
        model.setScale("one", 2);
        float[] scaled = base.output(model);

        model.setAdapter("two");
        assertThat(base.output(model)).isNotEqualTo(scaled);
        model.setAdapter("one");
        assertThat(base.output(model)).isEqualTo(scaled);

        model.deleteAdapter("one");
        assertThat(model.activeAdapters()).containsExactly("two");
        assertThat(model.activation().scaleOf("one")).isEqualTo(1);
    }

    @Test
    void refusesUnknownNamesAndFactorsThatAreNotFinite() {
        assertThatThrownBy(() -> model.setScale("two", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("There is no adapter 'two'");
        assertThatThrownBy(() -> model.setScale("one", Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The scale of adapter 'one' is NaN");
    }
}
