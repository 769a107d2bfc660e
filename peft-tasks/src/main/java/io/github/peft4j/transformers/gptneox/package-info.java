/** GPT-NeoX and Pythia (Black et al. 2022): config, layers and family. */
@NullMarked
package io.github.peft4j.transformers.gptneox;

import org.jspecify.annotations.NullMarked;
