/**
 * Models and adapters by their names on the Hugging Face hub, downloaded once into the cache that
 * Python's {@code huggingface_hub} uses too.
 */
@NullMarked
package io.github.peft4j.hub;

import org.jspecify.annotations.NullMarked;
