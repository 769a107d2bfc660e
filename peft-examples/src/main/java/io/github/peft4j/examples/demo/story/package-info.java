/** What every demo does: train an adapter, measure, save, load again, switch off, report. */
@NullMarked
package io.github.peft4j.examples.demo.story;

import org.jspecify.annotations.NullMarked;
