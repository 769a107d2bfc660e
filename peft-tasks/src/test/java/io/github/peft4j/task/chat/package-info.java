@NullMarked
package io.github.peft4j.task.chat;

import org.jspecify.annotations.NullMarked;
