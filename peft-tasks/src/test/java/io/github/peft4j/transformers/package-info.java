@NullMarked
package io.github.peft4j.transformers;

import org.jspecify.annotations.NullMarked;
