package io.github.peft4j.task.data.chat.read;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Conversations and where they come from.
 *
 * @param rows in the order of the file
 * @param format how the file holds them; null if they come from no file
 * @param badRows rows that were left out because something was wrong with them
 * @param name what they were read from, or an empty text
 */
public record Conversations(
        List<ChatRow> rows, @Nullable ChatFormat format, int badRows, String name) {

    /** Copies the collections, and refuses to hold nothing. */
    public Conversations {
        rows = ImmutableList.copyOf(rows);
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("0 conversations make no dataset. Give some.");
        }
    }

    /** Conversations that the caller has. */
    public static Conversations of(List<? extends ChatRow> rows) {
        return new Conversations(ImmutableList.copyOf(rows), null, 0, "");
    }

    /** Number of conversations. */
    public int size() {
        return rows.size();
    }
}
