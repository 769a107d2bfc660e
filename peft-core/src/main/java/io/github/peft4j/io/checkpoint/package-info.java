/** Checkpoints: one safetensors file, or shards with an index. */
@NullMarked
package io.github.peft4j.io.checkpoint;

import org.jspecify.annotations.NullMarked;
