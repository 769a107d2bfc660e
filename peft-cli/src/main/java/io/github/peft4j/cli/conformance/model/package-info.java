/** Base models and inputs of cases, made from their descriptions. */
@NullMarked
package io.github.peft4j.cli.conformance.model;

import org.jspecify.annotations.NullMarked;
