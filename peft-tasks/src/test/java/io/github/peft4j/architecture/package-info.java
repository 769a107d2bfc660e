/** What no code of this module may do. */
@NullMarked
package io.github.peft4j.architecture;

import org.jspecify.annotations.NullMarked;
