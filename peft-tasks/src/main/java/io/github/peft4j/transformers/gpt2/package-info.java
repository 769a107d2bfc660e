/** GPT-2 (Radford et al. 2019): config, layers and family. */
@NullMarked
package io.github.peft4j.transformers.gpt2;

import org.jspecify.annotations.NullMarked;
