package io.github.peft4j.cli.conformance.compare;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class VerdictsTest {

    private static final ImmutableSet<String> NAMES = ImmutableSet.of("r");

    @Test
    void acceptsARefusalThatNamesTheMatter() {
        assertThatCode(() -> Verdicts.requireRefusal(new IllegalArgumentException("r is 0"), NAMES))
                .doesNotThrowAnyException();
    }

    @Test
    void acceptsNoRefusalThatNamesSomethingElse() {
        assertThatThrownBy(
                        () -> Verdicts.requireRefusal(new IllegalArgumentException("wrong"), NAMES))
                .isInstanceOf(CaseFailure.class)
                .hasMessage("refuses without naming one of [r]: wrong");
    }

    @Test
    void acceptsNothingThatBreaksByAccident() {
        assertThatThrownBy(() -> Verdicts.requireRefusal(new NullPointerException("r"), NAMES))
                .hasMessageStartingWith("breaks instead of refusing");
        IllegalArgumentException fromTheJdk = null;
        try {
            Integer.parseInt("r");
        } catch (NumberFormatException e) {
            fromTheJdk = e;
        }
        IllegalArgumentException foreign = Objects.requireNonNull(fromTheJdk);
        assertThatThrownBy(() -> Verdicts.requireRefusal(foreign, NAMES))
                .hasMessageStartingWith("breaks instead of refusing");
    }

    @Test
    void wantsAWarningForEachOfPythons() {
        JsonObject row =
                JsonParser.parseString(
                                "{\"warnings\": [{\"text\": \"`eva_config` is ignored\"},"
                                        + " {\"text\": \"something is odd\"}]}")
                        .getAsJsonObject();

        assertThatCode(() -> Verdicts.requireWarnings(row, List.of("eva_config is not used")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> Verdicts.requireWarnings(row, List.of("bias is odd")))
                .hasMessageContaining("no warning where Python says: `eva_config` is ignored");
        assertThatThrownBy(() -> Verdicts.requireWarnings(row, List.of()))
                .isInstanceOf(CaseFailure.class);
    }

    @Test
    void wantsNoWarningOfWhatCannotHappenHere() {
        JsonObject row =
                JsonParser.parseString(
                                "{\"warnings\": [{\"text\": \"Already found a `peft_config`"
                                        + " attribute in the model.\"}]}")
                        .getAsJsonObject();

        assertThatCode(() -> Verdicts.requireWarnings(row, List.of())).doesNotThrowAnyException();
    }
}
