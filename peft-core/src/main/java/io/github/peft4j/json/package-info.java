/** JSON values as Python reads and writes them. */
@NullMarked
package io.github.peft4j.json;

import org.jspecify.annotations.NullMarked;
