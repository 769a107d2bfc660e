/** Texts for messages. Not for use outside the library. */
@NullMarked
package io.github.peft4j.internal.text;

import org.jspecify.annotations.NullMarked;
