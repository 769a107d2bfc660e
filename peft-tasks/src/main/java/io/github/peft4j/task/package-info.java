/** Task wrappers: one class for each {@link io.github.peft4j.config.TaskType}. */
@NullMarked
package io.github.peft4j.task;

import org.jspecify.annotations.NullMarked;
