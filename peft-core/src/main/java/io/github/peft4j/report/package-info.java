/** What a model with adapters tells of itself: its state, and what merging would do to it. */
@NullMarked
package io.github.peft4j.report;

import org.jspecify.annotations.NullMarked;
