/** Adds {@code demo} to the command line of peft-cli. */
@NullMarked
package io.github.peft4j.examples;

import org.jspecify.annotations.NullMarked;
