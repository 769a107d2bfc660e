/** Options: stated once, read, checked, written, and kept with their values. */
@NullMarked
package io.github.peft4j.config.option;

import org.jspecify.annotations.NullMarked;
