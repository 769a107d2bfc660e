package io.github.peft4j.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamePatternsTest {

    @Test
    void takesTheFirstKeyThatMatchesTheEndOfTheName() {
        NamePatterns<Integer> patterns =
                NamePatterns.compile(
                        "rank_pattern",
                        ImmutableMap.of("layer\\.1\\..*query", 6, "query", 2, "key", 3));

        assertThat(patterns.find("enc.layer.1.self.query")).contains(6);
        assertThat(patterns.find("enc.layer.0.self.query")).contains(2);
        assertThat(patterns.find("query")).contains(2);
        assertThat(patterns.find("my_query")).isEmpty();
        assertThat(patterns.find("query.inner")).isEmpty();
    }

    @Test
    void keepsAlternativesWithinTheKey() {
        NamePatterns<Integer> patterns =
                NamePatterns.compile("rank_pattern", ImmutableMap.of("q|v", 2));

        assertThat(patterns.find("a.v")).contains(2);
        assertThat(patterns.find("a.vx")).isEmpty();
    }

    @Test
    void namesTheKeysWithoutEffect() {
        NamePatterns<Integer> patterns =
                NamePatterns.compile(
                        "rank_pattern", ImmutableMap.of("z", 1, "query", 2, "no_such", 3));

        assertThat(patterns.unmatchedWarning(List.of("a.query")))
                .contains(
                        "The following rank_pattern keys did not match any targeted module and were"
                                + " ignored: [no_such, z]. Check their spelling against the names"
                                + " of the layers.");
        assertThat(patterns.unmatchedWarning(List.of("a.query", "z", "no_such"))).isEmpty();
    }

    @Test
    void refusesAKeyThatIsNoExpression() {
        assertThatThrownBy(() -> NamePatterns.compile("alpha_pattern", ImmutableMap.of("(", 1)))
                .hasMessageStartingWith("alpha_pattern holds \"(\", which is no usable regular");
    }
}
