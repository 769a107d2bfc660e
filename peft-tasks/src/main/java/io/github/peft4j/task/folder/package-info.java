/** Folders of adapters as a whole: the base that an adapter needs, and its tokenizer. */
@NullMarked
package io.github.peft4j.task.folder;

import org.jspecify.annotations.NullMarked;
