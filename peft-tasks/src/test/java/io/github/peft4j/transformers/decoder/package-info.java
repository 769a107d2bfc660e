@NullMarked
package io.github.peft4j.transformers.decoder;

import org.jspecify.annotations.NullMarked;
