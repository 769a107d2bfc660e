package io.github.peft4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.nn.Parameter;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.TwoLayers;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MergedWeightsTest {

    private static final float ROUNDING = 1e-5f;

    private TwoLayers base;
    private PeftModel model;
    private float[] one;
    private float[] two;

    @BeforeEach
    void makeTwoAdapters() {
        base = new TwoLayers();
        model = PeftModels.getPeftModel(base.model.block(), TwoLayers.lora("first").build(), "one");
        model.addAdapter("two", TwoLayers.lora("first", "second").build());
        one = base.output(model);
        model.setAdapter("two");
        two = base.output(model);
        model.setAdapter("one");
        assertThat(distance(one, two)).isGreaterThan(0.01f);
    }

    @AfterEach
    void close() {
        model.close();
        base.close();
    }

    private static float distance(float[] left, float[] right) {
        float largest = 0;
        for (int i = 0; i < left.length; i++) {
            largest = Math.max(largest, Math.abs(left[i] - right[i]));
        }
        return largest;
    }

    private static void assertSame(float[] ours, float[] expected) {
        assertThat(distance(ours, expected)).isCloseTo(0, within(ROUNDING));
    }

    @Test
    void servesWhatTheActiveAdaptersCompute() {
        model.mergeAdapter();

        assertThat(model.mergedAdapters()).containsExactly("one");
        assertSame(base.output(model), one);
    }

    @Test
    void letsMergedAdaptersActAloneInTheirLayers() {
        model.mergeAdapter("two");

        assertThat(model.activeAdapters()).containsExactly("one");
        assertSame(base.output(model), two);
    }

    @Test
    void addsUpWhatIsMergedLater() {
        model.setAdapter("one", "two");
        float[] both = base.output(model);
        model.setAdapter("one");

        model.mergeAdapter("one");
        model.mergeAdapter("two");
        model.mergeAdapter("one");

        assertThat(model.mergedAdapters()).containsExactlyInAnyOrder("one", "two");
        assertSame(base.output(model), both);
    }

    @Test
    void forgetsBitForBit() {
        Map<String, byte[]> before = weights();
        model.mergeAdapter("one", "two");

        model.unmergeAdapter();

        assertThat(model.mergedAdapters()).isEmpty();
        assertThat(base.output(model)).isEqualTo(one);
        assertThat(weights()).usingRecursiveComparison().isEqualTo(before);
    }

    private Map<String, byte[]> weights() {
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        for (Map.Entry<String, Parameter> entry : base.model.parameters().entrySet()) {
            bytes.put(entry.getKey(), Tensors.bytes(entry.getValue().getArray()));
        }
        return bytes;
    }

    @Test
    void endsWhenAdaptersAreSetSwitchedOffOrDeleted() {
        model.mergeAdapter("two");
        model.setAdapter("one");
        assertThat(model.mergedAdapters()).isEmpty();
        assertThat(base.output(model)).isEqualTo(one);

        model.mergeAdapter("two");
        model.disableAdapter().close();
        assertThat(model.mergedAdapters()).isEmpty();

        model.mergeAdapter("two");
        model.deleteAdapter("two");
        assertThat(model.mergedAdapters()).isEmpty();
        assertThat(base.output(model)).isEqualTo(one);
    }

    @Test
    void refusesAnUnknownNameAndKeepsWhatIsMerged() {
        model.mergeAdapter("two");

        assertThatThrownBy(() -> model.mergeAdapter("three"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("There is no adapter 'three'");
        assertThat(model.mergedAdapters()).containsExactly("two");
        assertSame(base.output(model), two);
    }

    @Test
    void refusesABiasForALayerThatHasNone() {
        model.addAdapter("biased", TwoLayers.lora("second").optLoraBias(true).build());
        model.setAdapter("biased");

        assertThatThrownBy(model::mergeAdapter)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("second adds a bias, and the layer has none");
        assertThat(model.mergedAdapters()).isEmpty();
        assertThatThrownBy(model::mergeAndUnload).hasMessageContaining("second adds a bias");
    }

    @Test
    void unloadsNamedAdaptersWhateverIsActive() {
        try (MergedModel merged = model.mergeAndUnload("two");
                MergedModel bare = model.unload()) {
            assertSame(base.output(merged.forward(base.input)), two);
            assertThat(base.output(bare.forward(base.input)))
                    .isEqualTo(base.output(model.forward(base.input, Activation.none())));
        }
        assertThat(base.output(model)).isEqualTo(one);
    }
}
