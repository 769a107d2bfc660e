/**
 * Conversations as the text that a chat model was trained on: {@link
 * io.github.peft4j.task.chat.ChatTemplate}.
 */
@NullMarked
package io.github.peft4j.task.chat;

import org.jspecify.annotations.NullMarked;
