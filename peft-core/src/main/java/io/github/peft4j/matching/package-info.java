/** Which layers of a model a config selects, by PEFT's rules. */
@NullMarked
package io.github.peft4j.matching;

import org.jspecify.annotations.NullMarked;
