@NullMarked
package io.github.peft4j.transformers.llama;

import org.jspecify.annotations.NullMarked;
