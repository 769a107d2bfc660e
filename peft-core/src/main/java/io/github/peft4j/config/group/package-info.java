/**
 * Options that several methods share: an interface with the getter for the config, and {@code
 * Setters} for its builder. The method's table has the option with its own default and meaning.
 */
@NullMarked
package io.github.peft4j.config.group;

import org.jspecify.annotations.NullMarked;
