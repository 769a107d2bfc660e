/**
 * Runs every case of a directory of golden files against this library: what {@code peft
 * conformance} does.
 */
@NullMarked
package io.github.peft4j.cli.conformance;

import org.jspecify.annotations.NullMarked;
