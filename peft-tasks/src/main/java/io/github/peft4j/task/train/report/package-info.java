/** What a training tells: steps, evaluations, its result. */
@NullMarked
package io.github.peft4j.task.train.report;

import org.jspecify.annotations.NullMarked;
