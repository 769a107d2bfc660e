@NullMarked
package io.github.peft4j.transformers.bart;

import org.jspecify.annotations.NullMarked;
