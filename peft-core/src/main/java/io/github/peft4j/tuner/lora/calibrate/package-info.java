/**
 * Starts of LoRA that data decide: EVA, CorDA and LoRA-GA, through one {@link
 * io.github.peft4j.tuner.lora.calibrate.LoraCalibration}.
 *
 * <p>Batches go in, and a config with the start in it comes out. Memory holds what is gathered for
 * some layers at a time; the base is only watched.
 */
@NullMarked
package io.github.peft4j.tuner.lora.calibrate;

import org.jspecify.annotations.NullMarked;
