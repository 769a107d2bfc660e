package io.github.peft4j.task.data.tagging;

import io.github.peft4j.task.tokenize.Span;

/**
 * Words of a text that together mean one thing of a kind.
 *
 * @param kind e.g. {@code PERSON}
 * @param words numbers of the first word (included) and the last (excluded)
 * @param chars the piece of the text, in Java chars
 * @param text that piece
 */
public record Entity(String kind, Span words, Span chars, String text) {}
