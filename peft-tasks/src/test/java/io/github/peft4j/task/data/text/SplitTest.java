package io.github.peft4j.task.data.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.task.data.tagging.TaggedDataset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SplitTest {

    private static TextDataset classes(int... sizes) {
        List<LabeledText> rows = new ArrayList<>();
        for (int c = 0; c < sizes.length; c++) {
            for (int i = 0; i < sizes[c]; i++) {
                rows.add(new LabeledText(c + "/" + i, Label.ofClass(c)));
            }
        }
        return dataset(rows, IntStream.range(0, sizes.length).mapToObj(c -> "c" + c).toList());
    }

    private static TextDataset dataset(List<LabeledText> rows, List<String> labels) {
        return new TextDataset(rows, labels, 3, "a.csv");
    }

    private static long count(TextDataset data, Label label) {
        return data.rows().stream().filter(row -> row.label().equals(label)).count();
    }

    @Test
    void givesEachClassItsShare() {
        Split<TextDataset> split = classes(60, 30, 10).split(0.2, 7);

        assertThat(split.test().size()).isEqualTo(20);
        assertThat(count(split.test(), Label.ofClass(0))).isEqualTo(12);
        assertThat(count(split.test(), Label.ofClass(1))).isEqualTo(6);
        assertThat(count(split.test(), Label.ofClass(2))).isEqualTo(2);
        assertThat(split.train().size()).isEqualTo(80);
        assertThat(split.train().labels()).containsExactly("c0", "c1", "c2");
        assertThat(split.test().labels()).containsExactly("c0", "c1", "c2");
        assertThat(split.test().name()).isEqualTo("a.csv");
        assertThat(split.test().badRows()).isEqualTo(3);
    }

    /** The rest goes to the classes that are farthest from their share. */
    @Test
    void roundsToTheWholesShare() {
        Split<TextDataset> split = classes(7, 8, 9).split(0.25, 7); // 1.75, 2, 2.25: 6 in all

        assertThat(split.test().size()).isEqualTo(6);
        assertThat(count(split.test(), Label.ofClass(0))).isEqualTo(2);
        assertThat(count(split.test(), Label.ofClass(1))).isEqualTo(2);
        assertThat(count(split.test(), Label.ofClass(2))).isEqualTo(2);
    }

    @Property
    void keepsSharesWithinOneRow(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 2, max = 40) Integer> sizes,
            @ForAll @DoubleRange(min = 0.1, max = 0.9) double share,
            @ForAll long seed) {
        TextDataset data = classes(sizes.stream().mapToInt(Integer::intValue).toArray());
        if (Math.round(share * data.size()) == 0) {
            return;
        }

        Split<TextDataset> split = data.split(share, seed);

        for (int c = 0; c < sizes.size(); c++) {
            long drawn = count(split.test(), Label.ofClass(c));
            assertThat(Math.abs(drawn - share * sizes.get(c))).isLessThan(1 + 1e-6);
            assertThat(drawn).isLessThan(sizes.get(c));
        }
        List<LabeledText> all = new ArrayList<>(split.train().rows());
        all.addAll(split.test().rows());
        assertThat(all).containsExactlyInAnyOrderElementsOf(data.rows());
        assertThat(split.train().rows()).isSubsetOf(data.rows());
        assertThat(inOrder(split.train(), data)).isTrue();
        assertThat(inOrder(split.test(), data)).isTrue();
    }

    private static boolean inOrder(TextDataset part, TextDataset whole) {
        int at = 0;
        for (LabeledText row : whole.rows()) {
            if (at < part.size() && part.rows().get(at).text().equals(row.text())) {
                at++;
            }
        }
        return at == part.size();
    }

    /** The numbers are those that any other machine draws. */
    @Test
    void drawsTheSameRowsOnEveryMachine() {
        TextDataset data = classes(6, 4);

        assertThat(data.split(0.3, 42).test().rows())
                .extracting(LabeledText::text)
                .containsExactly("0/3", "0/4", "1/2");
        assertThat(data.split(0.3, 42)).isEqualTo(data.split(0.3, 42));
        assertThat(data.split(0.3, 43)).isNotEqualTo(data.split(0.3, 42));
    }

    @Test
    void leavesAClassOfOneRowInTheTrainingPart() {
        for (int seed = 0; seed < 20; seed++) {
            Split<TextDataset> split = classes(1, 20, 1).split(0.5, seed);

            assertThat(count(split.test(), Label.ofClass(0))).isZero();
            assertThat(count(split.test(), Label.ofClass(2))).isZero();
            assertThat(split.test().size()).isEqualTo(11 - 1);
        }
        assertThat(LabelStrata.single(classes(1, 20, 1))).containsExactly("c0", "c2");
    }

    @Test
    void dividesCombinationsOfLabels() {
        List<LabeledText> rows = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            rows.add(new LabeledText("a" + i, Label.ofMulti(1, 0, 0, 0)));
            rows.add(new LabeledText("b" + i, Label.ofMulti(1, 1, 0, 0)));
        }
        // four that occur once
        rows.add(new LabeledText("c", Label.ofMulti(0, 0, 1, 1)));
        rows.add(new LabeledText("d", Label.ofMulti(0, 0, 0, 1)));
        rows.add(new LabeledText("e", Label.ofMulti(0, 1, 1, 1)));
        rows.add(new LabeledText("f", Label.ofMulti(1, 1, 1, 1)));

        Split<TextDataset> split = dataset(rows, List.of("p", "q", "r", "s")).split(0.25, 1);

        assertThat(count(split.test(), Label.ofMulti(1, 0, 0, 0))).isEqualTo(5);
        assertThat(count(split.test(), Label.ofMulti(1, 1, 0, 0))).isEqualTo(5);
        assertThat(split.test().size()).isEqualTo(11);
    }

    @Test
    void dividesNumbersBySize() {
        List<LabeledText> rows = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            rows.add(new LabeledText("t" + i, Label.ofScore((i * 37) % 100)));
        }

        Split<TextDataset> split = dataset(rows, List.of("score")).split(0.2, 1);

        for (int bin = 0; bin < 10; bin++) {
            int from = bin * 10;
            assertThat(split.test().rows())
                    .filteredOn(
                            row -> {
                                double value = ((Label.Score) row.label()).value();
                                return value >= from && value < from + 10;
                            })
                    .hasSize(2);
        }
    }

    @Test
    void refusesSharesOutsideOfZeroAndOne() {
        for (double share : new double[] {0, 1, -0.2, 20, Double.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> classes(5, 5).split(share, 1))
                    .withMessage(
                            "The share %s is not between 0 and 1. Give that of the test part, such"
                                    + " as 0.2.",
                            share);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> classes(2, 2).split(0.01, 1))
                .withMessageContaining("The share 0.01 of 4 rows is none");
    }

    @Test
    void dividesRowsOfAnyKind() {
        List<Integer> rows = IntStream.range(0, 10).boxed().toList();

        Split<List<Integer>> split = Split.of(rows, 0.3, 5);

        assertThat(split.test()).hasSize(3).isSorted();
        assertThat(split.train()).hasSize(7).isSorted().doesNotContainAnyElementsOf(split.test());
        assertThatIllegalArgumentException().isThrownBy(() -> Split.of(List.of(), 0.3, 5));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TaggedDataset(List.of(), List.of("O"), 0).split(0.3, 5));
    }
}
