/** What a training is told: {@link io.github.peft4j.task.train.config.TrainingArguments}. */
@NullMarked
package io.github.peft4j.task.train.config;

import org.jspecify.annotations.NullMarked;
