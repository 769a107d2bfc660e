/**
 * Questions about passages (QUESTION_ANS): SQuAD files, windows over long passages with the places
 * of their answers, and answers found in the logits.
 */
@NullMarked
package io.github.peft4j.task.data.qa;

import org.jspecify.annotations.NullMarked;
