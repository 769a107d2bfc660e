@NullMarked
package io.github.peft4j.examples.job;

import org.jspecify.annotations.NullMarked;
