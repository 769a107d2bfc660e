@NullMarked
package io.github.peft4j.architecture.circle;

import org.jspecify.annotations.NullMarked;
