/** For this module alone: how a run keeps its state in checkpoints and goes on from one. */
@NullMarked
package io.github.peft4j.task.train.internal;

import org.jspecify.annotations.NullMarked;
