/** Scorers: figures of a whole validation set that choose the best checkpoint. */
@NullMarked
package io.github.peft4j.task.train.score;

import org.jspecify.annotations.NullMarked;
