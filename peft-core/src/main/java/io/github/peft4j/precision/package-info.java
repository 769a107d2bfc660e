/** How the weights of frozen layers are held, and what they are computed from. */
@NullMarked
package io.github.peft4j.precision;

import org.jspecify.annotations.NullMarked;
