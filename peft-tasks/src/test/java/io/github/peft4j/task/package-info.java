@NullMarked
package io.github.peft4j.task;

import org.jspecify.annotations.NullMarked;
