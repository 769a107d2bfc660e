@NullMarked
package io.github.peft4j.transformers.distilbert;

import org.jspecify.annotations.NullMarked;
