@NullMarked
package io.github.peft4j.task.generate;

import org.jspecify.annotations.NullMarked;
