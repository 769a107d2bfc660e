/** Models and adapters of the hub on the command line. */
@NullMarked
package io.github.peft4j.cli.hub;

import org.jspecify.annotations.NullMarked;
