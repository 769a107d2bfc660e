/** What commands print and ask: progress, tables, checks, and sentences typed by the user. */
@NullMarked
package io.github.peft4j.cli.console;

import org.jspecify.annotations.NullMarked;
