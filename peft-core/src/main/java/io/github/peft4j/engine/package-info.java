/** The PyTorch engine: managers, the thread's gradient mode, and where long runs can be stopped. */
@NullMarked
package io.github.peft4j.engine;

import org.jspecify.annotations.NullMarked;
