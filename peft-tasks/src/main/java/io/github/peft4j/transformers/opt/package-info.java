/** OPT (Zhang et al. 2022): config, layers and family. */
@NullMarked
package io.github.peft4j.transformers.opt;

import org.jspecify.annotations.NullMarked;
