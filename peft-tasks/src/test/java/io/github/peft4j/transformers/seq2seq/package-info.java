@NullMarked
package io.github.peft4j.transformers.seq2seq;

import org.jspecify.annotations.NullMarked;
