/**
 * What the methods of LyCORIS share: rank and strength with exceptions for single layers, and
 * dropout of outputs and of whole layers.
 *
 * @see <a href="https://arxiv.org/abs/2309.14859">Yeh et al. 2023</a>
 */
@NullMarked
package io.github.peft4j.tuner.lycoris;

import org.jspecify.annotations.NullMarked;
