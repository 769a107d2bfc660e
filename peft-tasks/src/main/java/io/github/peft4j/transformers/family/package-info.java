/**
 * What a family of transformers is made of: a {@link io.github.peft4j.transformers.family.Family}
 * is found by {@code ServiceLoader} and builds a backbone with a head.
 */
@NullMarked
package io.github.peft4j.transformers.family;

import org.jspecify.annotations.NullMarked;
