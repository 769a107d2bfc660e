@NullMarked
package io.github.peft4j.nn;

import org.jspecify.annotations.NullMarked;
