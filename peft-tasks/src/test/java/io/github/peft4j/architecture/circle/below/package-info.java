@NullMarked
package io.github.peft4j.architecture.circle.below;

import org.jspecify.annotations.NullMarked;
