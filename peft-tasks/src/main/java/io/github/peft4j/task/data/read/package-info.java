/**
 * From files to rows of named fields: tables (TSV, CSV) and JSON lines, read as a stream, with bad
 * rows named by file and line.
 *
 * <p>A {@link io.github.peft4j.task.data.read.RowReader} knows how a file is cut into rows, which
 * split is wanted and what becomes of bad rows; a {@link io.github.peft4j.task.data.read.RowMapper}
 * makes an example of a row.
 */
@NullMarked
package io.github.peft4j.task.data.read;

import org.jspecify.annotations.NullMarked;
