/**
 * Tensor files: safetensors in and out, checkpoint directories, and writing that never leaves a
 * half-written file.
 *
 * <p>Files are read and written as the Hugging Face library does, byte for byte. Nothing in a file
 * is trusted: a header is checked completely before the first tensor is given out, and pickled
 * files ({@code *.bin}), which may run code, are not opened at all.
 *
 * <p>safetensors is little-endian, and so is every machine that DJL's PyTorch engine runs on;
 * values are not swapped.
 */
@NullMarked
package io.github.peft4j.io;

import org.jspecify.annotations.NullMarked;
