/** Exceptions that callers may want to tell apart. */
@NullMarked
package io.github.peft4j.exception;

import org.jspecify.annotations.NullMarked;
