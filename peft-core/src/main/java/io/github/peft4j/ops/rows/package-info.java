/** What differs from row to row of a batch. */
@NullMarked
package io.github.peft4j.ops.rows;

import org.jspecify.annotations.NullMarked;
