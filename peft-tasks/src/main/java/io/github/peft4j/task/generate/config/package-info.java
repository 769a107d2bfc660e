/**
 * What generation is told, under the keys of generation_config.json: {@link
 * io.github.peft4j.task.generate.config.GenerationConfig}.
 */
@NullMarked
package io.github.peft4j.task.generate.config;

import org.jspecify.annotations.NullMarked;
