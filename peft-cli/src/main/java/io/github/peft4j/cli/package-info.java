/**
 * The command line {@code peft}. Commands of other jars join it through {@link
 * io.github.peft4j.cli.CommandProvider}.
 */
@NullMarked
package io.github.peft4j.cli;

import org.jspecify.annotations.NullMarked;
