/**
 * TorchScript modules that are assembled in memory from the sources in the jar. Not for use
 * outside.
 */
@NullMarked
package io.github.peft4j.internal.script;

import org.jspecify.annotations.NullMarked;
