/** Processes that a trial may lose. */
@NullMarked
package io.github.peft4j.cli.soak.process;

import org.jspecify.annotations.NullMarked;
