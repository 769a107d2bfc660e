package io.github.peft4j.task.chat;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * The text of a conversation, with what its template marks as the assistant's own.
 *
 * @param text the whole text
 * @param generated what stands between {@code {% generation %}} and {@code {% endgeneration %}}, in
 *     order; empty stretches included
 */
public record RenderedChat(String text, List<Stretch> generated) {

    /** Copies the collections. */
    public RenderedChat {
        generated = ImmutableList.copyOf(generated);
    }

    /**
     * A piece of the text in Java chars: from {@code start} (included) to {@code end} (excluded).
     */
    public record Stretch(int start, int end) {}
}
