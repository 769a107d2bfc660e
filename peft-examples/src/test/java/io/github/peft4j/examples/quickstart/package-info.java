@NullMarked
package io.github.peft4j.examples.quickstart;

import org.jspecify.annotations.NullMarked;
