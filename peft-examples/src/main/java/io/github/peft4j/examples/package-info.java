/** The command line behind {@code ./peft}: demos, conformance and benchmarks. */
@NullMarked
package io.github.peft4j.examples;

import org.jspecify.annotations.NullMarked;
