/** A plain DJL network on handwritten digits, and a LoRA adapter for one digit. */
@NullMarked
package io.github.peft4j.examples.demo.mnist;

import org.jspecify.annotations.NullMarked;
