@NullMarked
package io.github.peft4j.examples;

import org.jspecify.annotations.NullMarked;
