/**
 * How LoRA's A and B start: drawn, or computed from the layer's own weight, or from data.
 *
 * <p>PEFT moves what some starts take out of the base into A and B, and writes the rest back. Here
 * no base changes: such a start keeps a second, frozen pair A0 and B0, and the adapter acts as \(s
 * (B A - B_0 A_0)\), which is zero at the start.
 */
@NullMarked
package io.github.peft4j.tuner.lora.start;

import org.jspecify.annotations.NullMarked;
