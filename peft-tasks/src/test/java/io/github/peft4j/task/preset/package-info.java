/** Tests of presets. */
@NullMarked
package io.github.peft4j.task.preset;

import org.jspecify.annotations.NullMarked;
