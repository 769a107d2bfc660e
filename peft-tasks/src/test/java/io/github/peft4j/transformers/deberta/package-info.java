@NullMarked
package io.github.peft4j.transformers.deberta;

import org.jspecify.annotations.NullMarked;
