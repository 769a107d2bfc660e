/** Runs a pass in which each row of the batch has adapters of its own. */
@NullMarked
package io.github.peft4j.internal.rows;

import org.jspecify.annotations.NullMarked;
