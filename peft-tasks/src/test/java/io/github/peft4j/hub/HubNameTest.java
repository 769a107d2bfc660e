package io.github.peft4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"foo", "foo/bar", "123", "Foo-BAR_foo.bar123", "_a/b_"})
    void allowsWhatTheHubAllows(String name) {
        assertThat(new HubName(name)).hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "/", "a/", "/a", "a/b/c", ".a", "a.", "-a", "a-", "a--b", "a..b", "a.git",
                "../a", "a\\b", "a b", "a:b", "é", "a\n"
            })
    void refusesWhatTheHubRefuses(String name) {
        assertThatThrownBy(() -> new HubName(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no name of the hub");
    }

    @Test
    void aSnapshotKnowsItsName() {
        Path snapshots = Path.of("/x/models--org--tiny/snapshots");

        assertThat(HubName.ofSnapshot(snapshots.resolve(FakeHub.COMMIT)))
                .contains(new HubName("org/tiny"));
        assertThat(HubName.ofSnapshot(snapshots)).isEmpty();
        assertThat(HubName.ofSnapshot(Path.of("/"))).isEmpty();
        assertThat(HubName.ofSnapshot(Path.of("/x/y/snapshots").resolve(FakeHub.COMMIT))).isEmpty();
    }
}
