/** How a demo talks: progress, tables, a report for machines, and sentences typed by the user. */
@NullMarked
package io.github.peft4j.examples.console;

import org.jspecify.annotations.NullMarked;
