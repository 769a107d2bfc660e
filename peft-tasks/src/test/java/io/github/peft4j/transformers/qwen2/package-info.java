@NullMarked
package io.github.peft4j.transformers.qwen2;

import org.jspecify.annotations.NullMarked;
