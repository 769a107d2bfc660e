/** ELECTRA (Clark et al. 2020). */
@NullMarked
package io.github.peft4j.transformers.electra;

import org.jspecify.annotations.NullMarked;
