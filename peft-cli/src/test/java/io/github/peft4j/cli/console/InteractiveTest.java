package io.github.peft4j.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class InteractiveTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintWriter out = new PrintWriter(bytes, true, StandardCharsets.UTF_8);

    @Test
    void answersUntilAnEmptyLine() throws Exception {
        BufferedReader in = new BufferedReader(new StringReader(" good \nbad\n\nnever\n"));
        List<String> asked = new ArrayList<>();

        Interactive.of(true, in, out)
                .answer(
                        "a sentence",
                        sentence -> {
                            asked.add(sentence);
                            return sentence.toUpperCase(Locale.ROOT);
                        });

        assertThat(asked).containsExactly("good", "bad");
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains("Type a sentence; an empty line ends.", "> GOOD", "> BAD");
    }

    @Test
    void endsWithTheInput() throws Exception {
        Interactive.of(true, new BufferedReader(new StringReader("")), out)
                .answer("a sentence", sentence -> "never");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).doesNotContain("never");
    }

    @Test
    void readsAndPrintsNothingWithoutATerminal() throws Exception {
        Reader blocking =
                new Reader() {
                    @Override
                    public int read(char[] buffer, int offset, int length) throws IOException {
                        throw new IOException("would block");
                    }

                    @Override
                    public void close() {}
                };

        Interactive.of(false, new BufferedReader(blocking), out)
                .answer("a sentence", sentence -> "never");

        assertThat(bytes.size()).isZero();
    }
}
