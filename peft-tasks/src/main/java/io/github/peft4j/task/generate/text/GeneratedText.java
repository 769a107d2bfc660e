package io.github.peft4j.task.generate.text;

import com.google.common.primitives.ImmutableLongArray;

/**
 * What a model wrote after a prompt.
 *
 * @param ids the new tokens alone; the one that ends the text is among them
 * @param text theirs, without special tokens
 */
public record GeneratedText(ImmutableLongArray ids, String text) {}
