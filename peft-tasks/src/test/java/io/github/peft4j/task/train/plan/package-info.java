@NullMarked
package io.github.peft4j.task.train.plan;

import org.jspecify.annotations.NullMarked;
