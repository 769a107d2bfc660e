package io.github.peft4j.cli.soak.leaks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.cli.CommandRun;
import io.github.peft4j.testkit.Fuzz;
import org.junit.jupiter.api.Test;

/** Another seed each time: what fails says which. */
class LeaksCommandTest {

    @Test
    void noArrayStays() {
        CommandRun run = CommandRun.of("soak", "leaks", "--rounds", Fuzz.times(3));

        System.out.println(run.out());
        assertThat(run.out())
                .startsWith("seed ")
                .contains(Fuzz.times(3) + " lives of each of 16 methods: 0 arrays stayed");
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    }
}
