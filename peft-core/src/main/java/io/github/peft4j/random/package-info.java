/**
 * Random streams that equal PyTorch's, for numbers that a file leaves to a seed. Whatever is merely
 * drawn comes from the engine's own generator instead.
 */
@NullMarked
package io.github.peft4j.random;

import org.jspecify.annotations.NullMarked;
