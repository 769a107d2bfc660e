@NullMarked
package io.github.peft4j.transformers.t5;

import org.jspecify.annotations.NullMarked;
