/** For this module alone: arithmetic that processors and searches share. */
@NullMarked
package io.github.peft4j.task.generate.internal;

import org.jspecify.annotations.NullMarked;
