/** BERT (Devlin et al. 2018). */
@NullMarked
package io.github.peft4j.transformers.bert;

import org.jspecify.annotations.NullMarked;
