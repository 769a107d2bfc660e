package io.github.peft4j.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TextTableTest {

    @Test
    void setsNumbersToTheRightAndTextToTheLeft() {
        TextTable table =
                new TextTable("net", "wrong", "accuracy")
                        .addRow("plain", 12_345, 0.9625)
                        .addRow("with adapter", 7, 1.0);

        assertThat(table.lines())
                .containsExactly(
                        "net            wrong  accuracy",
                        "------------  ------  --------",
                        "plain         12,345    0.9625",
                        "with adapter       7    1.0000");
    }

    @Test
    void refusesARowOfAnotherLength() {
        assertThatThrownBy(() -> new TextTable("a", "b").addRow(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A row of 1 cells in a table of 2 columns: [1].");
    }
}
