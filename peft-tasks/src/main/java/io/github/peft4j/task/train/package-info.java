/** The training loop and what it is told: learning rate schedules and training arguments. */
@NullMarked
package io.github.peft4j.task.train;

import org.jspecify.annotations.NullMarked;
