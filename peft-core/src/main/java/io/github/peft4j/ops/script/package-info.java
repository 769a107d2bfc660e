/** TorchScript modules that are assembled in memory from the sources in the jar. */
@NullMarked
package io.github.peft4j.ops.script;

import org.jspecify.annotations.NullMarked;
