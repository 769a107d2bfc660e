/** Which layers a config selects on a model. Not for use outside the library. */
@NullMarked
package io.github.peft4j.internal.matching;

import org.jspecify.annotations.NullMarked;
