@NullMarked
package io.github.peft4j.ops;

import org.jspecify.annotations.NullMarked;
