/**
 * Checkpoints with adapters behind DJL's {@code Criteria}: what a {@code ZooModel} is made of, and
 * DJL Serving's view of it.
 */
@NullMarked
package io.github.peft4j.task.serve;

import org.jspecify.annotations.NullMarked;
