/** Numbers gathered over a model's inputs, for starts that are computed from data. */
@NullMarked
package io.github.peft4j.ops.statistics;

import org.jspecify.annotations.NullMarked;
