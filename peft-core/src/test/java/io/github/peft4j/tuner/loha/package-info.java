/** Tests of LoHa. */
@NullMarked
package io.github.peft4j.tuner.loha;

import org.jspecify.annotations.NullMarked;
