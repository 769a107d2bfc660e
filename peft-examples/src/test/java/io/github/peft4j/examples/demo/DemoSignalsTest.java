package io.github.peft4j.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.cli.Main;
import io.github.peft4j.cli.soak.signals.SignalTrial;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DemoSignalsTest {

    @Test
    void mnistEndsOnTerm() throws Exception {
        SignalTrial trial =
                new SignalTrial(
                        ImmutableList.of("demo", "mnist"),
                        "TERM",
                        Duration.ofMillis(1000 + new Random().nextInt(3000)),
                        false);

        SignalTrial.Outcome outcome = trial.run(Main.class);

        assertThat(outcome.before()).as(trial.toString()).isFalse();
        assertThat(outcome.code()).as(trial.toString()).isEqualTo(trial.code());
        assertThat(outcome.took()).as(trial.toString()).isLessThan(Duration.ofMinutes(2));
    }
}
