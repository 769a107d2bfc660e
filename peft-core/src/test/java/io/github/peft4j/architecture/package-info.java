/** Which package may know which. */
@NullMarked
package io.github.peft4j.architecture;

import org.jspecify.annotations.NullMarked;
