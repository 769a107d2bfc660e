/** Sentiment of tweets and movie reviews, with one adapter for each domain or method. */
@NullMarked
package io.github.peft4j.examples.demo.sentiment;

import org.jspecify.annotations.NullMarked;
