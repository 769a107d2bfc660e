/** Golden files, comparisons and contracts for the tests of all modules. */
@NullMarked
package io.github.peft4j.testkit;

import org.jspecify.annotations.NullMarked;
