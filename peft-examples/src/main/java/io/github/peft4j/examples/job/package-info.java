/** Six jobs that people come with, from their files to answers, each in a few lines. */
@NullMarked
package io.github.peft4j.examples.job;

import org.jspecify.annotations.NullMarked;
