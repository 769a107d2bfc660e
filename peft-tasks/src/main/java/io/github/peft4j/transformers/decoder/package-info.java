/** What decoders share: how a stack of layers runs, causal attention, Llama's shape, heads. */
@NullMarked
package io.github.peft4j.transformers.decoder;

import org.jspecify.annotations.NullMarked;
