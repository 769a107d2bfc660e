/**
 * For this module alone: orders and shares that a seed decides, and what files are before they are
 * rows.
 */
@NullMarked
package io.github.peft4j.task.data.internal;

import org.jspecify.annotations.NullMarked;
