/** Tests of what a user imports first. */
@NullMarked
package io.github.peft4j;

import org.jspecify.annotations.NullMarked;
