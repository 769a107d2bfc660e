/** Tests of adapters that are made of others. */
@NullMarked
package io.github.peft4j.combine;

import org.jspecify.annotations.NullMarked;
