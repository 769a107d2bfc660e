package io.github.peft4j.examples.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoDataTest {

    @Test
    void shipsTweetsAndMovies() throws Exception {
        assertThat(lines("vader/tweets.tsv"))
                .hasSize(4201)
                .allMatch(line -> line.split("\t", -1).length == 5)
                .first()
                .isEqualTo("split\tid\tscore\tlabel\ttext");
        assertThat(lines("vader/movies.tsv"))
                .hasSize(10606)
                .allMatch(line -> line.split("\t", -1).length == 5);
    }

    @Test
    void shipsLicenceAndProvenanceWithEachDataSet() throws Exception {
        assertThat(text("vader/LICENSE")).contains("MIT License");
        assertThat(text("vader/README.md")).contains("vaderSentiment", "Hutto");
        assertThat(text("mnist/README.md")).contains("LeCun", "Attribution-Share Alike 3.0");
        assertThat(text("minilm/README.md")).contains("Apache-2.0");
    }

    @Test
    void shipsNothingThatMayNotBeDistributed() {
        for (String name : List.of("vader/nyt.tsv", "vader/amazon.tsv")) {
            assertThatThrownBy(() -> DemoData.open(name))
                    .isInstanceOf(FileNotFoundException.class)
                    .hasMessageContaining("'" + name + "'");
        }
    }

    private static List<String> lines(String name) throws IOException {
        return text(name).lines().toList();
    }

    private static String text(String name) throws IOException {
        try (InputStream in = DemoData.open(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
