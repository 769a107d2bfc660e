/** The kinds of cases that a directory can hold, and how they are found. */
@NullMarked
package io.github.peft4j.cli.conformance.cases;

import org.jspecify.annotations.NullMarked;
