@NullMarked
package io.github.peft4j.transformers.precision;

import org.jspecify.annotations.NullMarked;
