/** The command {@code peft soak}: what this library promises, tried many times. */
@NullMarked
package io.github.peft4j.cli.soak;

import org.jspecify.annotations.NullMarked;
