/** What the demos run on: real weights out of a Maven artifact, and small data sets in the jar. */
@NullMarked
package io.github.peft4j.examples.data;

import org.jspecify.annotations.NullMarked;
