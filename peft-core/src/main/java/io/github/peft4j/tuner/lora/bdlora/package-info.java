/**
 * BD-LoRA: A or B is block-diagonal, so that each of several devices that share a layer can hold
 * its own blocks and serve the adapter without further communication.
 *
 * @see <a href="https://arxiv.org/abs/2510.23346">paper</a>
 */
@NullMarked
package io.github.peft4j.tuner.lora.bdlora;

import org.jspecify.annotations.NullMarked;
