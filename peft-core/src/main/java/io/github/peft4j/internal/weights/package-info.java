/** What adapters in weight form make of the numbers that a layer reads. */
@NullMarked
package io.github.peft4j.internal.weights;

import org.jspecify.annotations.NullMarked;
