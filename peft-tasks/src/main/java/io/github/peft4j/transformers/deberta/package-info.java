/**
 * DeBERTa of versions 2 and 3 (He et al. 2020, 2021): attention that keeps content and distance
 * apart.
 */
@NullMarked
package io.github.peft4j.transformers.deberta;

import org.jspecify.annotations.NullMarked;
