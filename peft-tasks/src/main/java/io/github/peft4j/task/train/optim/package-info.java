/** The optimizer and what it is given: groups of parameters and clipped gradients. */
@NullMarked
package io.github.peft4j.task.train.optim;

import org.jspecify.annotations.NullMarked;
