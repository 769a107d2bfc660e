/** Task heads on top of a family's hidden states, and their losses. */
@NullMarked
package io.github.peft4j.transformers.head;

import org.jspecify.annotations.NullMarked;
