@NullMarked
package io.github.peft4j.transformers.phi3;

import org.jspecify.annotations.NullMarked;
