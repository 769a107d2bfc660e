/** Batches whose rows have adapters of their own. */
@NullMarked
package io.github.peft4j.task.rows;

import org.jspecify.annotations.NullMarked;
