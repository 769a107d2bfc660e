@NullMarked
package io.github.peft4j.transformers.part;

import org.jspecify.annotations.NullMarked;
