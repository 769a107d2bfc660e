/** The adapters of a running model and which of them act. Not for use outside the library. */
@NullMarked
package io.github.peft4j.internal.runtime;

import org.jspecify.annotations.NullMarked;
