/**
 * What encoders share: embeddings, layers with their norms after the sums, a pooler. Families
 * differ in names, sizes and attention, and compose these.
 */
@NullMarked
package io.github.peft4j.transformers.encoder;

import org.jspecify.annotations.NullMarked;
