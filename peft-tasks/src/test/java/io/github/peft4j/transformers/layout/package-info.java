/** Tests of layouts. */
@NullMarked
package io.github.peft4j.transformers.layout;

import org.jspecify.annotations.NullMarked;
