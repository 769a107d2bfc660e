/** Tests of HRA. */
@NullMarked
package io.github.peft4j.tuner.hra;

import org.jspecify.annotations.NullMarked;
