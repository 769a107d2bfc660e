/** Values of JSON files, and how they are changed at random. */
@NullMarked
package io.github.peft4j.cli.soak.json;

import org.jspecify.annotations.NullMarked;
