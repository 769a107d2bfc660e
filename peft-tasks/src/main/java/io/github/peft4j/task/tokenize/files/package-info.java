/** What the files of a tokenizer hold, as transformers reads them. */
@NullMarked
package io.github.peft4j.task.tokenize.files;

import org.jspecify.annotations.NullMarked;
