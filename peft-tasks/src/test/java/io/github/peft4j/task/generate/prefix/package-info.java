@NullMarked
package io.github.peft4j.task.generate.prefix;

import org.jspecify.annotations.NullMarked;
