/** Repeats what Python did in a case: loading, training, generating, switching adapters. */
@NullMarked
package io.github.peft4j.cli.conformance.play;

import org.jspecify.annotations.NullMarked;
