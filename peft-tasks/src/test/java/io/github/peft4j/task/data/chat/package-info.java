@NullMarked
package io.github.peft4j.task.data.chat;

import org.jspecify.annotations.NullMarked;
