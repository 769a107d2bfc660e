/** Compares results with what Python computed: tensors by relative error, texts by their words. */
@NullMarked
package io.github.peft4j.cli.conformance.compare;

import org.jspecify.annotations.NullMarked;
