@NullMarked
package io.github.peft4j.transformers.gpt2;

import org.jspecify.annotations.NullMarked;
