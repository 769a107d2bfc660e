/**
 * Benchmarks of the operations in which training and generation spend their time. They compile with
 * the tests and run only in the profile {@code jmh}; CONTRIBUTING.md says how.
 */
@NullMarked
package io.github.peft4j.jmh;

import org.jspecify.annotations.NullMarked;
