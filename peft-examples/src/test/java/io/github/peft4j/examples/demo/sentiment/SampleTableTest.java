package io.github.peft4j.examples.demo.sentiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.data.text.Label;
import io.github.peft4j.task.data.text.LabeledText;
import io.github.peft4j.task.data.text.TextDataset;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class SampleTableTest {

    private static final ImmutableList<String> LABELS = ImmutableList.of("no", "yes");
    private static final float[] NO = {9, 0};
    private static final float[] YES = {0, 9};

    @Test
    void showsWhatTheSecondAdapterCorrectsAndSpoils() {
        Domain first = domain("one", "a", "b", "c");
        Domain second = domain("two", "d", "e", "fixed", "long ".repeat(20), "same", "spoilt");
        DomainAnswers byFirst = answers(first, second, YES, YES, NO, NO, YES, YES);
        DomainAnswers bySecond = answers(first, second, YES, YES, YES, YES, YES, NO);

        StringWriter out = new StringWriter();
        new SampleTable(
                        LABELS,
                        ImmutableList.of(first, second),
                        ImmutableList.of(byFirst, bySecond))
                .table()
                .print(new PrintWriter(out, true));

        assertThat(out.toString().lines())
                .containsExactly(
                        "unseen text  truth  one       two",
                        "-----------  -----  --------  --------",
                        "a            yes    yes 100%  yes 100%",
                        "b            yes    yes 100%  yes 100%",
                        "d            yes    yes 100%  yes 100%",
                        "e            yes    yes 100%  yes 100%",
                        "fixed        yes    no 100%   yes 100%",
                        "spoilt       yes    yes 100%  no 100%");
    }

    private static Domain domain(String name, String... texts) {
        ImmutableList.Builder<LabeledText> rows = ImmutableList.builder();
        for (String text : texts) {
            rows.add(new LabeledText(text, Label.ofClass(1)));
        }
        TextDataset data = new TextDataset(rows.build(), LABELS, 0, "table");
        return new Domain(name, name, data, data);
    }

    private static DomainAnswers answers(Domain first, Domain second, float[]... ofSecond) {
        float[][] ofFirst = {YES, YES, YES};
        return new DomainAnswers(
                ImmutableList.of(
                        Answers.of(ofFirst, first.test().rows()),
                        Answers.of(ofSecond, second.test().rows())));
    }
}
