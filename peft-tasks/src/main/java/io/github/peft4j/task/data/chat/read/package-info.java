/**
 * Conversations out of files: a {@link io.github.peft4j.task.data.chat.read.ConversationReader}
 * finds the format by the fields.
 */
@NullMarked
package io.github.peft4j.task.data.chat.read;

import org.jspecify.annotations.NullMarked;
