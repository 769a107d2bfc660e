/**
 * What encoder-decoder families share: how the halves are called, what the decoder reads, and how
 * layers run one after the other.
 */
@NullMarked
package io.github.peft4j.transformers.seq2seq;

import org.jspecify.annotations.NullMarked;
