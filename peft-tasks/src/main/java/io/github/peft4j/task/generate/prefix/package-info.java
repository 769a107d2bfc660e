/** Keys and values of the beginnings of prompts, kept for prompts that begin alike. */
@NullMarked
package io.github.peft4j.task.generate.prefix;

import org.jspecify.annotations.NullMarked;
