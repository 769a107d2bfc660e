/** Adapters that are made of others, against what Python makes of them. */
@NullMarked
package io.github.peft4j.transformers.combine;

import org.jspecify.annotations.NullMarked;
