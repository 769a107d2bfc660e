/** The command {@code peft generate}: prompts from a file, answers to a file. */
@NullMarked
package io.github.peft4j.cli.generate;

import org.jspecify.annotations.NullMarked;
