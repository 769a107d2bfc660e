/** T5 (Raffel et al. 2019), Flan-T5 and mT5: config, layers and family. */
@NullMarked
package io.github.peft4j.transformers.t5;

import org.jspecify.annotations.NullMarked;
