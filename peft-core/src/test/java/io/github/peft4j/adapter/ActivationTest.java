package io.github.peft4j.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import org.junit.jupiter.api.Test;

class ActivationTest {

    @Test
    void keepsScalesWhenOtherAdaptersAreNamed() {
        Activation one = Activation.of("one").scale("one", 2).scale("two", 0.5);

        Activation two = one.disable().withNames(ImmutableList.of("two"));

        assertThat(two.names()).containsExactly("two");
        assertThat(two.enabled()).isTrue();
        assertThat(two.scaleOf("one")).isEqualTo(2);
        assertThat(two.scaleOf("two")).isEqualTo(0.5);
        assertThat(two.scaleOf("three")).isEqualTo(1);
    }

    @Test
    void isTheSameAgainWhenAScaleIsOneAgain() {
        assertThat(Activation.of("one").scale("one", 2).scale("one", 1))
                .isEqualTo(Activation.of("one"));
    }

    @Test
    void refusesAScaleThatIsNotFinite() {
        assertThatThrownBy(() -> Activation.of("one").scale("one", Double.POSITIVE_INFINITY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The scale of adapter 'one' is Infinity");
    }
}
