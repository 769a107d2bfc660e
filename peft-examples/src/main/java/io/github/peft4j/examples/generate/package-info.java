/** What {@code peft generate} reads and writes. */
@NullMarked
package io.github.peft4j.examples.generate;

import org.jspecify.annotations.NullMarked;
