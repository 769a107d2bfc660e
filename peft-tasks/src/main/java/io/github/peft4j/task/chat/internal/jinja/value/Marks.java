package io.github.peft4j.task.chat.internal.jinja.value;

import com.google.common.collect.ImmutableList;

/**
 * Where {@code generation} blocks are in the text of one rendering.
 *
 * <p>The text of a macro or of a {@code set} block is made before anybody knows where it will be,
 * so a block in there is refused; transformers marks other characters there.
 */
public final class Marks {

    /** A block's text in Java chars, its end excluded. */
    public record Mark(int start, int end) {}

    private final Text text;
    private final ImmutableList.Builder<Mark> marks = ImmutableList.builder();
    private int open = -1;

    /** Of a text that nothing is written to yet. */
    public Marks(Text text) {
        this.text = text;
    }

    /** A block begins that writes to a text. */
    public void open(Text out) {
        if (out != text || open >= 0) {
            throw new JinjaException(
                    ("A generation block is inside %s, where its place in the text is not known."
                                    + " Put it around what a turn writes.")
                            .formatted(
                                    out == text ? "another one" : "a macro, call, filter or set"));
        }
        open = text.length();
    }

    /** The block that was opened ends. */
    public void close() {
        marks.add(new Mark(open, text.length()));
        open = -1;
    }

    /** The blocks that have ended, in their order. */
    public ImmutableList<Mark> all() {
        return marks.build();
    }
}
