/** Scores of texts: answers, entities, overlaps and perplexity. */
@NullMarked
package io.github.peft4j.task.metric.text;

import org.jspecify.annotations.NullMarked;
