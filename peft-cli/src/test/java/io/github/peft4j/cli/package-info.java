@NullMarked
package io.github.peft4j.cli;

import org.jspecify.annotations.NullMarked;
