/** New adapters of a model out of those that it, or another one, has. */
@NullMarked
package io.github.peft4j.internal.combine;

import org.jspecify.annotations.NullMarked;
