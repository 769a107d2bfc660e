/** Files that are written whole or not at all, and text in UTF-8. */
@NullMarked
package io.github.peft4j.io.file;

import org.jspecify.annotations.NullMarked;
