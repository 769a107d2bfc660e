@NullMarked
package io.github.peft4j.model;

import org.jspecify.annotations.NullMarked;
