/**
 * The commands that read adapters without running them: {@code inspect}, {@code diff}, {@code
 * plan}.
 */
@NullMarked
package io.github.peft4j.cli.inspect;

import org.jspecify.annotations.NullMarked;
