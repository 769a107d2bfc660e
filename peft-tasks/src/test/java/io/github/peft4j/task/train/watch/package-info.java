@NullMarked
package io.github.peft4j.task.train.watch;

import org.jspecify.annotations.NullMarked;
