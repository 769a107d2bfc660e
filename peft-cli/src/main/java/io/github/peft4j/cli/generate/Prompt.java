package io.github.peft4j.cli.generate;

import io.github.peft4j.task.generate.text.TextPrompt;

/**
 * A prompt of a file.
 *
 * @param where it stands, for errors
 * @param content as the model reads it
 */
public record Prompt(String where, TextPrompt content) {}
