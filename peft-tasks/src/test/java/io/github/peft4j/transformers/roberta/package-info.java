@NullMarked
package io.github.peft4j.transformers.roberta;

import org.jspecify.annotations.NullMarked;
