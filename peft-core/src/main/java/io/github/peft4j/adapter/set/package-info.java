/** What an adapter owns: its tensors and their names in a file, and where parameters are read. */
@NullMarked
package io.github.peft4j.adapter.set;

import org.jspecify.annotations.NullMarked;
