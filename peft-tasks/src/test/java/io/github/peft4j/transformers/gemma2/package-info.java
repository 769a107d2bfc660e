@NullMarked
package io.github.peft4j.transformers.gemma2;

import org.jspecify.annotations.NullMarked;
