/**
 * Leaf layers with the names and layouts of Hugging Face checkpoints. They run alone, and in an
 * {@link io.github.peft4j.adapter.AdapterPass} with the adapters that act on them.
 */
@NullMarked
package io.github.peft4j.nn;

import org.jspecify.annotations.NullMarked;
