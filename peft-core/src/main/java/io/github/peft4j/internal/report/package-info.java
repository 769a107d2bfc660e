/** Finds out what the reports say. */
@NullMarked
package io.github.peft4j.internal.report;

import org.jspecify.annotations.NullMarked;
