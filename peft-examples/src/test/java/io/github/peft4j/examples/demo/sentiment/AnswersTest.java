package io.github.peft4j.examples.demo.sentiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.data.text.Label;
import io.github.peft4j.task.data.text.LabeledText;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswersTest {

    private static final List<LabeledText> TEXTS =
            List.of(
                    new LabeledText("a", Label.ofClass(0)),
                    new LabeledText("b", Label.ofClass(2)),
                    new LabeledText("c", Label.ofClass(1)));

    @Test
    void countsTheShareOfRightAnswers() {
        Answers answers = Answers.of(new float[][] {{2, 1, 0}, {0, 1, 3}, {0, 1, 2}}, TEXTS);

        assertThat(answers.accuracy()).isEqualTo(2 / 3.0);
        assertThat(answers.right(1)).isTrue();
        assertThat(answers.right(2)).isFalse();
    }

    @Test
    void comparesBitByBit() {
        Answers answers = Answers.of(new float[][] {{0, 1, 0}}, TEXTS.subList(0, 1));
        Answers close = Answers.of(new float[][] {{0, Math.nextUp(1f), 0}}, TEXTS.subList(0, 1));

        assertThat(answers.sameBits(Answers.of(new float[][] {{0, 1, 0}}, TEXTS.subList(0, 1))))
                .isTrue();
        assertThat(answers.sameBits(close)).isFalse();
        DomainAnswers both = new DomainAnswers(ImmutableList.of(answers, answers));
        assertThat(both.sameBits(new DomainAnswers(ImmutableList.of(answers, close)))).isFalse();
    }

    @Test
    void saysTheClassAndHowSureItIs() {
        float[] logits = {0, (float) Math.log(3)};
        assertThat(Answers.verdict(List.of("no", "yes"), logits)).isEqualTo("yes 75%");
        assertThat(Answers.verdict(List.of("no", "yes"), new float[] {400, -400}))
                .isEqualTo("no 100%");
    }
}
