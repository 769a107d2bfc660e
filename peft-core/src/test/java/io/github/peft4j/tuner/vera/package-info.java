/** Tests of VeRA. */
@NullMarked
package io.github.peft4j.tuner.vera;

import org.jspecify.annotations.NullMarked;
