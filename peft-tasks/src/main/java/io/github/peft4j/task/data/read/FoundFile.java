package io.github.peft4j.task.data.read;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.json.JsonReasons;
import java.util.List;

/**
 * What a file turned out to be.
 *
 * @param name what errors call it
 * @param format how it is cut into rows, never {@link RowFormat.Any}
 * @param gzip whether it is packed with gzip
 * @param columns names of its columns; of JSON, those of the rows at its beginning
 * @param notes what a reader should know about a guess, as sentences; usually none
 */
public record FoundFile(
        String name, RowFormat format, boolean gzip, List<String> columns, List<String> notes) {

    /** Copies the collections. */
    public FoundFile {
        columns = ImmutableList.copyOf(columns);
        notes = ImmutableList.copyOf(notes);
    }

    /** One line, such as {@code a.csv: table, ',' between cells, quotes, header; [text, label]}. */
    public String describe() {
        String columns =
                this.columns.stream().map(JsonReasons::shown).limit(20).toList()
                        + (this.columns.size() > 20 ? " and more" : "");
        String notes = this.notes.isEmpty() ? "" : ". " + Joiner.on(' ').join(this.notes);
        return "%s: %s%s; columns %s%s"
                .formatted(name, gzip ? "gzip, " : "", kind(), columns, notes);
    }

    private String kind() {
        if (format instanceof RowFormat.Table table) {
            return "table with '%s' between cells, %s, %s"
                    .formatted(
                            RowFormat.Table.show(table.delimiter()),
                            table.quote() == null ? "quotes are text" : "cells in quotes",
                            table.header() ? "a header" : "no header");
        }
        if (format instanceof RowFormat.JsonArray array) {
            return array.field() == null
                    ? "JSON array"
                    : "JSON array in the field '%s'".formatted(array.field());
        }
        return format instanceof RowFormat.Parquet ? "Parquet" : "JSON lines";
    }
}
