package io.github.peft4j.task.data.tagging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.task.data.DataFiles;
import io.github.peft4j.task.data.read.RowFormat;
import io.github.peft4j.task.data.read.RowReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaggedTextReaderTest {

    private static final String CONLL =
            "-DOCSTART- -X- O O\n\nAnn NNP B-NP B-PER\nrows VB B-VP O\n\n\nOslo\tNNP\tB-NP\tB-LOC\n";

    @TempDir private Path directory;

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("demo.txt"), text);
    }

    private void refuses(TaggedTextReader reader, String text, String problem) throws IOException {
        Path file = write(text);
        assertThatThrownBy(() -> reader.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("demo.txt, " + problem);
    }

    private static TaggedTextReader table() {
        return TaggedTextReader.table(RowReader.tsv().build());
    }

    @Test
    void readsWordsTagsAndSpaces() throws IOException {
        TaggedDataset read = table().read(DataFiles.path("pii.tsv"));

        assertThat(read.size()).isEqualTo(6);
        assertThat(read.labels()).isSorted().contains("O", "B-PERSON", "I-PERSON", "B-DATE");
        TaggedText first = read.rows().get(0);
        assertThat(first.words().text()).isEqualTo("Thanks Lizz, that solved it!");
        assertThat(first.entities()).extracting(Entity::text).containsExactly("Lizz");
        assertThat(read.rows().get(1).entities())
                .extracting(Entity::text)
                .containsExactly("van Gent, Iris", "June 8, 1992", "de-bruynthom@hotmail.com");
    }

    @Test
    void readsConllFiles() throws IOException {
        TaggedDataset read = TaggedTextReader.conll().read(write(CONLL));

        assertThat(read.rows())
                .extracting(text -> text.words().text())
                .containsExactly("Ann rows", "Oslo");
        assertThat(read.rows()).extracting(TaggedText::tags).hasSize(2);
        assertThat(read.rows().get(0).tags()).containsExactly("B-PER", "O");
        assertThat(read.labels()).containsExactly("B-LOC", "B-PER", "O");
    }

    @Test
    void readsConllColumnsByTheirNumbers() throws IOException {
        TaggedTextReader reader =
                new TaggedTextReader(
                        RowReader.builder(new RowFormat.Conll(0, 2)).build(),
                        TaggedText.columns("tokens", "tags"),
                        TaggedTextReader.conll().labels());

        assertThat(reader.read(write(CONLL)).labels()).containsExactly("B-NP", "B-VP");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RowFormat.Conll(1, 1))
                .withMessageContaining("Word column 1 with tag column 1");
    }

    @Test
    void keepsTheOrderOfGivenLabels() throws IOException {
        TaggedTextReader reader = TaggedTextReader.conll().withLabels("O", "B-LOC", "B-PER");

        assertThat(reader.read(write(CONLL)).labels()).containsExactly("O", "B-LOC", "B-PER");
        refuses(
                TaggedTextReader.conll().withLabels("O", "B-PER"),
                CONLL,
                "line 7: label 'B-LOC' is none of [B-PER, O]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaggedTextReader.conll().withLabels("O", "O"))
                .withMessageContaining("twice");
    }

    @Test
    void namesTheLineOfABadText() throws IOException {
        String head = "tokens\ttags\tspaces\n";
        refuses(table(), head + "a b\tO O\t._\nc d\tO\t._\n", "line 3: 1 tags do not fit 2 words");
        refuses(table(), head + "a b\tO O\t.\n", "line 2: 1 spaces do not fit 2 words");
        refuses(table(), head + "a  b\tO O O\t...\n", "line 2: word 1 at");
        refuses(table(), "tokens\ttags\na\tO\n", "line 1: the header");
        refuses(TaggedTextReader.conll(), "a O\nb x O\n", "line 2: 3 columns where the sentence");
        refuses(TaggedTextReader.conll(), "a\nb\n", "line 1: 1 columns where word and tag need 2");
    }

    @Test
    void skipsWholeBadSentencesIfAsked() throws IOException {
        TaggedTextReader reader =
                new TaggedTextReader(
                        RowReader.conll().optSkipBadRows(true).build(),
                        TaggedText.columns("tokens", "tags"),
                        TaggedTextReader.conll().labels());
        Path file = write("a O\nb\nc O\n\nd O\n\n");
        TaggedDataset read = reader.read(file);

        assertThat(read.badRows()).isEqualTo(1);
        assertThat(read.rows()).extracting(text -> text.words().text()).containsExactly("d");

        Files.write(file, "N\u00f6 O\nb O\n\nd O\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(reader.read(file).rows())
                .extracting(text -> text.words().text())
                .containsExactly("d");
    }
}
