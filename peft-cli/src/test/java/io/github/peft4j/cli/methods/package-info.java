@NullMarked
package io.github.peft4j.cli.methods;

import org.jspecify.annotations.NullMarked;
