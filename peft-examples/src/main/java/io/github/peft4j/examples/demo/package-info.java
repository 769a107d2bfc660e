/** One runnable demo for each thing that an adapter is good for. */
@NullMarked
package io.github.peft4j.examples.demo;

import org.jspecify.annotations.NullMarked;
