/** What a training will take, before its first step: memory and time. */
@NullMarked
package io.github.peft4j.task.train.plan;

import org.jspecify.annotations.NullMarked;
