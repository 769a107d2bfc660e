@NullMarked
package io.github.peft4j.task.chat.jinja;

import org.jspecify.annotations.NullMarked;
