@NullMarked
package io.github.peft4j.transformers.electra;

import org.jspecify.annotations.NullMarked;
