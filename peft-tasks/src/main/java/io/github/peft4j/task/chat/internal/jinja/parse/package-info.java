/** From a template's source to tokens, and from tokens to statements. */
@NullMarked
package io.github.peft4j.task.chat.internal.jinja.parse;

import org.jspecify.annotations.NullMarked;
