package io.github.peft4j.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LibraryVersionTest {

    /** In classes too, where there is no manifest: as Maven has filtered it. */
    @Test
    void isWhatTheBuildHasWritten() {
        assertThat(LibraryVersion.text()).matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
    }
}
