/**
 * Benchmarks whose workloads are files that another program can run as well: {@code peft bench}.
 */
@NullMarked
package io.github.peft4j.cli.bench;

import org.jspecify.annotations.NullMarked;
