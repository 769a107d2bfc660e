@NullMarked
package io.github.peft4j.transformers.mpnet;

import org.jspecify.annotations.NullMarked;
