@NullMarked
package io.github.peft4j.transformers.mistral;

import org.jspecify.annotations.NullMarked;
