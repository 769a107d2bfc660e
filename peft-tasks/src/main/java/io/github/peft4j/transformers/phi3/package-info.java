/** Phi-3 (Abdin et al. 2024): its fused projections and family. */
@NullMarked
package io.github.peft4j.transformers.phi3;

import org.jspecify.annotations.NullMarked;
