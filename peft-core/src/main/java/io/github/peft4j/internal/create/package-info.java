/** Makes adapters of configs: completes a config, and asks the tuner of its method. */
@NullMarked
package io.github.peft4j.internal.create;

import org.jspecify.annotations.NullMarked;
