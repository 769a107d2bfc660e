/** What frozen layers make of each example, kept from one epoch to the next. */
@NullMarked
package io.github.peft4j.task.train.frozen;

import org.jspecify.annotations.NullMarked;
