/** BART (Lewis et al. 2019) and MBART (Liu et al. 2020): config, layers and family. */
@NullMarked
package io.github.peft4j.transformers.bart;

import org.jspecify.annotations.NullMarked;
