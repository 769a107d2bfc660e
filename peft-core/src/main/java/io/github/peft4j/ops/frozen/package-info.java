/**
 * Frozen weights in a form that is faster to compute with than plain arrays, and a decoder's step
 * over all its layers in one call.
 */
@NullMarked
package io.github.peft4j.ops.frozen;

import org.jspecify.annotations.NullMarked;
