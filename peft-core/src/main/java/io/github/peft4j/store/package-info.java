/** How adapters are loaded from directories and saved to them. */
@NullMarked
package io.github.peft4j.store;

import org.jspecify.annotations.NullMarked;
