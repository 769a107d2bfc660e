@NullMarked
package io.github.peft4j.transformers.encoder;

import org.jspecify.annotations.NullMarked;
