/** Labeled texts and pairs of texts, as files hold them and before they are tokenized. */
@NullMarked
package io.github.peft4j.task.data.text;

import org.jspecify.annotations.NullMarked;
