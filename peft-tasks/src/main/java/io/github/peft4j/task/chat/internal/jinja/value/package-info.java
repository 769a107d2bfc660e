/** The values of a template, which are Python's, and the names and limits of a rendering. */
@NullMarked
package io.github.peft4j.task.chat.internal.jinja.value;

import org.jspecify.annotations.NullMarked;
