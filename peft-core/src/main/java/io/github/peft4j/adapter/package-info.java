/**
 * Adapters and the pass that carries them through a model that is never changed.
 *
 * <p>{@link io.github.peft4j.adapter.AdapterPass} is a DJL {@code ParameterStore}: every block
 * hands it on. Our own layers see it and run adapters on activations; any other block asks it for a
 * weight and receives the adapted one; model adapters wrap the call itself.
 */
@NullMarked
package io.github.peft4j.adapter;

import org.jspecify.annotations.NullMarked;
