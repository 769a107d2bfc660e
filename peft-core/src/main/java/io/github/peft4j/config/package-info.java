/**
 * What an adapter is: {@link io.github.peft4j.config.PeftConfig}, its options and their JSON form.
 */
@NullMarked
package io.github.peft4j.config;

import org.jspecify.annotations.NullMarked;
