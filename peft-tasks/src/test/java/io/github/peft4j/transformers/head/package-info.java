@NullMarked
package io.github.peft4j.transformers.head;

import org.jspecify.annotations.NullMarked;
