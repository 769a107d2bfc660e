@NullMarked
package io.github.peft4j.cli.conformance;

import org.jspecify.annotations.NullMarked;
