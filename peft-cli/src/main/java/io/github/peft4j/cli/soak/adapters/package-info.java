/** Adapters under kill and load. */
@NullMarked
package io.github.peft4j.cli.soak.adapters;

import org.jspecify.annotations.NullMarked;
