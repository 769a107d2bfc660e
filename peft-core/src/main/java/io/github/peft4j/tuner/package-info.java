/**
 * What all methods share: how a method is found by its name, how its config is read from JSON, and
 * which layers a config selects.
 *
 * <p>A method announces itself as a {@link io.github.peft4j.tuner.Tuner} service; nothing else
 * lists the methods. Layers are selected by {@link
 * io.github.peft4j.internal.matching.TargetMatcher} from {@link
 * io.github.peft4j.matching.TargetModules}, by exactly PEFT's rules.
 */
@NullMarked
package io.github.peft4j.tuner;

import org.jspecify.annotations.NullMarked;
