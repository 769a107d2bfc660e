/**
 * What a base model is to an adapter: its layers, their places, what goes in and what comes out.
 */
@NullMarked
package io.github.peft4j.model;

import org.jspecify.annotations.NullMarked;
