@NullMarked
package io.github.peft4j.task.chat.internal.jinja;

import org.jspecify.annotations.NullMarked;
