/**
 * OFT, orthogonal fine-tuning: a frozen layer's input, or what an embedding gives, is rotated block
 * by block.
 *
 * <p>\(y = (x R) W^\top + b\) with R block diagonal. A block is made of the trained upper triangle
 * of a skew-symmetric S: by a Neumann series that is cut off (the default), or exactly by the
 * Cayley transform, which turns the other way. S starts at zero, so that R starts as the identity.
 * It merges without loss, but for convolutions wider than one pixel.
 *
 * <p>Choose it to keep what the base knows (subjects of an image model, a language) while the style
 * changes: lengths and angles of what goes into a layer stay. Choose LoRA where adapters must be
 * scaled, averaged or added up.
 *
 * @see <a href="https://arxiv.org/abs/2306.07280">Qiu et al. 2023, section 3</a>; the series and
 *     the rotation of inputs: <a href="https://arxiv.org/abs/2506.19847">Qiu et al. 2025</a>
 */
@NullMarked
package io.github.peft4j.tuner.oft;

import org.jspecify.annotations.NullMarked;
