/**
 * How trained adapters become another one: sums of several with weights, and any change of weight
 * in the form of LoRA.
 *
 * <p>What users set and get is here ({@link io.github.peft4j.combine.WeightedAdapterOptions},
 * {@link io.github.peft4j.combine.LoraConversionOptions}, {@link
 * io.github.peft4j.combine.EnergyReport}), and what a method implements that takes part: {@link
 * io.github.peft4j.combine.SummableMethod} and {@link io.github.peft4j.combine.PairMethod}.
 */
@NullMarked
package io.github.peft4j.combine;

import org.jspecify.annotations.NullMarked;
