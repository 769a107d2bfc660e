package io.github.peft4j.cli.soak.signals;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import io.github.peft4j.cli.Main;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Another moment each time: what fails says which. */
class SignalTrialTest {

    /**
     * Tells a process that hangs from one that ends; {@code ./peft soak signals} holds the time.
     */
    private static final Duration HANGS = Duration.ofMinutes(2);

    @ParameterizedTest
    @CsvSource({"soak threads, TERM, false", "soak saves, INT, false", "soak threads, INT, true"})
    void aCommandEnds(String command, String signal, boolean twice) throws Exception {
        SignalTrial trial =
                new SignalTrial(
                        Splitter.on(' ').splitToList(command),
                        SignalTrial.heard().contains(signal) ? signal : "TERM",
                        Duration.ofMillis(500 + new Random().nextInt(2500)),
                        twice);

        SignalTrial.Outcome outcome = trial.run(Main.class);

        assertThat(outcome.before()).as(trial.toString()).isFalse();
        assertThat(outcome.code()).as(trial.toString()).isEqualTo(trial.code());
        assertThat(outcome.took()).as(trial.toString()).isLessThan(HANGS);
    }
}
