@NullMarked
package io.github.peft4j.task.train.frozen;

import org.jspecify.annotations.NullMarked;
