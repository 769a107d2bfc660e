/** Tests of IA3. */
@NullMarked
package io.github.peft4j.tuner.ia3;

import org.jspecify.annotations.NullMarked;
