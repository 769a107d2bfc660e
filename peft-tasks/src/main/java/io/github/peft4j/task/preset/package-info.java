/**
 * Settings to start from, one a method: a config and the learning rate that goes with it, so that
 * methods can be compared without a search for each.
 */
@NullMarked
package io.github.peft4j.task.preset;

import org.jspecify.annotations.NullMarked;
