/** Tests of prompt learning. */
@NullMarked
package io.github.peft4j.tuner.prompt;

import org.jspecify.annotations.NullMarked;
