package io.github.peft4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import io.github.peft4j.cli.soak.process.ChildJvm;
import java.io.File;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StandardOutputTest {

    @EnabledOnOs(OS.LINUX)
    @ParameterizedTest
    @ValueSource(strings = {"--version", "bench --help", "soak threads --predictions 1"})
    void aFullDiskBehindItIsAnError(String command) throws Exception {
        Process process =
                ChildJvm.of(Main.class, Splitter.on(' ').splitToList(command))
                        .redirectOutput(new File("/dev/full"))
                        .redirectError(ProcessBuilder.Redirect.PIPE)
                        .start();

        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(err).isEqualTo(1);
        assertThat(err).contains("peft: Cannot write to standard output: the disk is full, or");
    }
}
