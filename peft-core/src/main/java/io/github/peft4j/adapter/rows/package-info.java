/** An adapter of its own for each row of a batch. */
@NullMarked
package io.github.peft4j.adapter.rows;

import org.jspecify.annotations.NullMarked;
