/**
 * Labels for words (TOKEN_CLS): texts cut into words with a tag each, the labels of their tokens,
 * and the entities that predicted labels mean.
 */
@NullMarked
package io.github.peft4j.task.data.tagging;

import org.jspecify.annotations.NullMarked;
