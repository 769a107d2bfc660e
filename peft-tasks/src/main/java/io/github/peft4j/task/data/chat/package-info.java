/**
 * Conversations to train on: from the formats that people have to rows of tokens of which the
 * assistant's turns count in the loss.
 *
 * <p>A {@link io.github.peft4j.task.data.chat.read.ConversationReader} finds the format of a file
 * by its fields, a {@link io.github.peft4j.task.data.chat.ChatDataset} writes each row with the
 * model's chat template and finds the tokens that count.
 */
@NullMarked
package io.github.peft4j.task.data.chat;

import org.jspecify.annotations.NullMarked;
