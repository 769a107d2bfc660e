/** The options that the configs of prompt learning methods share. */
@NullMarked
package io.github.peft4j.tuner.prompt.config;

import org.jspecify.annotations.NullMarked;
