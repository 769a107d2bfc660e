/** Operations that add trained tensors to each other and find matrices of low rank. */
@NullMarked
package io.github.peft4j.ops.combine;

import org.jspecify.annotations.NullMarked;
