/**
 * The training loop: {@link io.github.peft4j.task.train.PeftTrainer} is the way in, {@link
 * io.github.peft4j.task.train.config.TrainingArguments} say how long and how fast it trains.
 */
@NullMarked
package io.github.peft4j.task.train;

import org.jspecify.annotations.NullMarked;
