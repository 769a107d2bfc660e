/** Configs, templates and headers of files, changed at random and loaded in a small process. */
@NullMarked
package io.github.peft4j.cli.soak.configs;

import org.jspecify.annotations.NullMarked;
