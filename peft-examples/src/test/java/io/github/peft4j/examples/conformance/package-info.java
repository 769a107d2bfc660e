@NullMarked
package io.github.peft4j.examples.conformance;

import org.jspecify.annotations.NullMarked;
