/** Tests of what adds trained tensors to each other. */
@NullMarked
package io.github.peft4j.ops.combine;

import org.jspecify.annotations.NullMarked;
