@NullMarked
package io.github.peft4j.transformers.gptneox;

import org.jspecify.annotations.NullMarked;
