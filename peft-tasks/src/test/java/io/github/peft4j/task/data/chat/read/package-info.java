@NullMarked
package io.github.peft4j.task.data.chat.read;

import org.jspecify.annotations.NullMarked;
