package io.github.peft4j.cli.soak.adapters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.cli.CommandRun;
import io.github.peft4j.testkit.Fuzz;
import io.github.peft4j.testkit.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another seed each time: what fails says which. */
class AdapterTrialsTest {

    @Test
    void noKillLeavesTwoVersions() {
        CommandRun run = CommandRun.of("soak", "saves", "--kills", Fuzz.times(6));

        assertThat(run.out())
                .startsWith("seed ")
                .contains(Fuzz.times(6) + " kills")
                .contains("0 folders mixed");
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    }

    @Test
    void noPredictionIsTorn() {
        CommandRun run = CommandRun.of("soak", "threads", "--predictions", Fuzz.times(2000));

        assertThat(run.out()).contains(Fuzz.times(2000) + " predictions").contains(": 0 torn;");
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    }

    @Test
    void theRouterMixesNothingUp() {
        CommandRun run =
                CommandRun.of(
                        "soak",
                        "router",
                        Golden.path("models/bert-seqcls").toString(),
                        "--adapters",
                        "20",
                        "--requests",
                        Fuzz.times(1000));

        assertThat(run.out())
                .startsWith("seed ")
                .contains(": 0 wrong;")
                .contains("; 0 arrays stayed");
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    }

    /** The trial itself can fail: it knows a folder of two versions. */
    @Test
    void aMixedFolderIsSeen(@TempDir Path folder) throws Exception {
        Path other = folder.resolve("other");
        try (VersionedAdapters adapters = new VersionedAdapters(ImmutableList.of("default"));
                PeftModel one = adapters.version(1);
                PeftModel four = adapters.version(4)) {
            one.savePretrained(folder);
            four.savePretrained(other);
            assertThat(adapters.versionIn(folder)).isEqualTo(1);

            Files.copy(
                    other.resolve("adapter_config.json"),
                    folder.resolve("adapter_config.json"),
                    StandardCopyOption.REPLACE_EXISTING);

            assertThatThrownBy(() -> adapters.versionIn(folder))
                    .isInstanceOf(VersionedAdapters.MixedException.class)
                    .hasMessageContaining("[1.0, 4.0]");
        }
    }
}
