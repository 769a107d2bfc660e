/** RoBERTa (Liu et al. 2019) and its twins XLM-RoBERTa and CamemBERT. */
@NullMarked
package io.github.peft4j.transformers.roberta;

import org.jspecify.annotations.NullMarked;
