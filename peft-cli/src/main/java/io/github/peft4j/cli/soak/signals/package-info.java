/** Commands that get a signal at some moment. */
@NullMarked
package io.github.peft4j.cli.soak.signals;

import org.jspecify.annotations.NullMarked;
