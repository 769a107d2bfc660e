/** For this module alone: orders that a seed decides. */
@NullMarked
package io.github.peft4j.task.data.internal;

import org.jspecify.annotations.NullMarked;
