@NullMarked
package io.github.peft4j.task.serve;

import org.jspecify.annotations.NullMarked;
