/** Where the tokens of a batch lie, padded or packed, and how ids and positions become features. */
@NullMarked
package io.github.peft4j.transformers.layout;

import org.jspecify.annotations.NullMarked;
