/** Listeners that show a training or write it down: log, console, CSV, TensorBoard, JFR. */
@NullMarked
package io.github.peft4j.task.train.watch;

import org.jspecify.annotations.NullMarked;
