/** What the demos of transformers teach: data, metrics and an answer to a typed text. */
@NullMarked
package io.github.peft4j.examples.demo.lesson;

import org.jspecify.annotations.NullMarked;
