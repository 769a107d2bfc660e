/** Tables of options under Hugging Face's keys; for this library only. */
@NullMarked
package io.github.peft4j.task.internal;

import org.jspecify.annotations.NullMarked;
