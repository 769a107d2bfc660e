package io.github.peft4j.task.data.read;

import org.jspecify.annotations.Nullable;

/** How a file is cut into rows of named fields. All files are UTF-8. */
public sealed interface RowFormat {

    /** Tabs between cells, a line for a row, no quoting: quotes are part of the text. */
    RowFormat TSV = new Table('\t', null);

    /** Commas between cells; cells in double quotes may hold commas and line breaks (RFC 4180). */
    RowFormat CSV = new Table(',', '"');

    /** A JSON object for each line. */
    RowFormat JSON_LINES = new JsonLines();

    /** A JSON array with an object for each row. */
    RowFormat JSON_ARRAY = new JsonArray(null);

    /** CoNLL 2003 and its like: the word first, the tag last. */
    RowFormat CONLL = new Conll(0, -1);

    /**
     * A table whose first line names the columns.
     *
     * @param delimiter between two cells
     * @param quote around cells that hold a delimiter, a line break or a quote, which is doubled
     *     then; null if quotes are part of the text
     */
    record Table(char delimiter, @Nullable Character quote) implements RowFormat {

        /** Refuses a delimiter that ends lines or is the quote. */
        public Table {
            boolean quotes = quote != null && quote == delimiter;
            if (delimiter == '\n' || delimiter == '\r' || quotes) {
                throw new IllegalArgumentException(
                        "Delimiter '%s' with quote '%s' cannot be told apart. Use other characters."
                                .formatted(Table.show(delimiter), quote));
            }
        }

        /** A character as messages spell it. */
        static String show(char character) {
            return switch (character) {
                case '\t' -> "\\t";
                case '\n' -> "\\n";
                case '\r' -> "\\r";
                default -> String.valueOf(character);
            };
        }
    }

    /** A JSON object for each line; blank lines are passed over. */
    record JsonLines() implements RowFormat {}

    /**
     * A JSON array with an object for each row.
     *
     * @param field the field that holds the array, if the file is one object around it, such as
     *     {@code data}; null if the file is the array
     */
    record JsonArray(@Nullable String field) implements RowFormat {}

    /**
     * A word a line with columns between spaces or tabs, an empty line after each sentence; lines
     * that begin with {@code -DOCSTART-} are passed over. A sentence is a row of two fields, {@code
     * tokens} and {@code tags}, with a space between two words or tags.
     *
     * @param wordColumn column of the word, from 0
     * @param tagColumn column of the tag, from 0; negative for the last one
     */
    record Conll(int wordColumn, int tagColumn) implements RowFormat {

        /** The field of the words. */
        public static final String WORDS = "tokens";

        /** The field of the tags. */
        public static final String TAGS = "tags";

        /** Refuses a negative word column, and one column for both. */
        public Conll {
            if (wordColumn < 0 || wordColumn == tagColumn) {
                throw new IllegalArgumentException(
                        "Word column %d with tag column %d cannot be read. Give two columns from 0."
                                .formatted(wordColumn, tagColumn));
            }
        }
    }
}
