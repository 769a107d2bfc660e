/** Memory over many lives of adapters. */
@NullMarked
package io.github.peft4j.cli.soak.leaks;

import org.jspecify.annotations.NullMarked;
