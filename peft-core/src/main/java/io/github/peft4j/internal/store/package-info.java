/** Adapter files: tensors, sidecar and model card. Not for use outside the library. */
@NullMarked
package io.github.peft4j.internal.store;

import org.jspecify.annotations.NullMarked;
