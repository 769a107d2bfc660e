/** Which packages may know each other. */
@NullMarked
package io.github.peft4j.architecture;

import org.jspecify.annotations.NullMarked;
