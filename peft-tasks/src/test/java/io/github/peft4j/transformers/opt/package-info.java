@NullMarked
package io.github.peft4j.transformers.opt;

import org.jspecify.annotations.NullMarked;
