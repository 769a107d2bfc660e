@NullMarked
package io.github.peft4j.transformers.bert;

import org.jspecify.annotations.NullMarked;
