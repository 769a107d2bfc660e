package io.github.peft4j.task.data.tagging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.tokenize.Span;
import org.junit.jupiter.api.Test;

class TaggedTextTest {

    private static TaggedText text(String words, String... tags) {
        return new TaggedText(Words.of(words), ImmutableList.copyOf(tags));
    }

    @Test
    void makesEntitiesOfTags() {
        TaggedText text =
                text("Ann Lee-Wu, Oslo.", "B-PER", "I-PER", "I-PER", "I-PER", "O", "B-LOC", "O");

        assertThat(text.entities())
                .containsExactly(
                        new Entity("PER", new Span(0, 4), new Span(0, 10), "Ann Lee-Wu"),
                        new Entity("LOC", new Span(5, 6), new Span(12, 16), "Oslo"));
    }

    @Test
    void beginsAnEntityWhereATagContinuesNothing() {
        assertThat(text("a b c d e f", "I-X", "I-X", "B-X", "I-Y", "O", "I-Y").entities())
                .extracting(Entity::kind, Entity::text)
                .containsExactly(
                        tuple("X", "a b"), tuple("X", "c"), tuple("Y", "d"), tuple("Y", "f"));
        assertThat(text("a b", "B-X", "B-X").entities()).hasSize(2);
    }

    @Test
    void refusesTagsThatDoNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> text("a b", "O"))
                .withMessageContaining("1 tags do not fit 2 words");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> text("a", "PER").entities())
                .withMessageContaining("Tag 'PER' is none of O, B-KIND and I-KIND");
        assertThatIllegalArgumentException().isThrownBy(() -> text("a", "B-").entities());
    }
}
