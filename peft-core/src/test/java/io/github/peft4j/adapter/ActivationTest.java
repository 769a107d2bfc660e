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

    @Test
    void keepsTheOrderOfNames() {
        assertThat(Activation.of("b", "a").names()).containsExactly("b", "a");
        assertThat(Activation.none().names()).isEmpty();
    }

    @Test
    void isAValue() {
        Activation before = Activation.of("a");
        Activation changed = before.scale("a", 2).disable();

        assertThat(before).isEqualTo(Activation.of("a"));
        assertThat(changed).isNotEqualTo(before);
        assertThat(changed.scales()).containsEntry("a", 2.0);
        assertThat(changed.enabled()).isFalse();
    }

    @Test
    void refusesANameTwice() {
        assertThatThrownBy(() -> Activation.of("a", "b", "a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Adapters [a, b, a] hold a name twice. Name each adapter once.");
    }

    @Test
    void refusesAScaleThatIsNoNumber() {
        assertThatThrownBy(() -> Activation.of("a").scale("a", Double.NaN))
                .hasMessage("The scale of adapter 'a' is NaN; it must be finite.");
    }

    @Test
    void forgetsAnAdapterWithItsScale() {
        Activation both =
                Activation.of("a", "b")
                        .scale("a", 2)
                        .scale("b", 3)
                        .disableLayers(ImmutableList.of("up"));

        assertThat(both.without("a"))
                .isEqualTo(Activation.of("b").scale("b", 3).disableLayers(ImmutableList.of("up")));
    }

    @Test
    void meansALayerByItsPathOrItsEndAfterADot() {
        Activation quiet = Activation.of("a").disableLayers(ImmutableList.of("query", "layer.1"));

        assertThat(quiet.actsAt("encoder.query")).isFalse();
        assertThat(quiet.actsAt("query")).isFalse();
        assertThat(quiet.actsAt("layer.1")).isFalse();
        assertThat(quiet.actsAt("encoder.my_query")).isTrue();
        assertThat(quiet.actsAt("query.dense")).isTrue();
    }

    @Test
    void actsNowhereIfDisabled() {
        assertThat(Activation.of("a").disable().actsAt("query")).isFalse();
        assertThat(Activation.of("a").actsAt("query")).isTrue();
    }
}
