@NullMarked
package io.github.peft4j.transformers.qwen3;

import org.jspecify.annotations.NullMarked;
