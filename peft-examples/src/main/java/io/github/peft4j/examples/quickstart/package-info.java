/** The examples that the documentation quotes; a test holds both equal. */
@NullMarked
package io.github.peft4j.examples.quickstart;

import org.jspecify.annotations.NullMarked;
