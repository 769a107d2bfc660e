/**
 * What an adapter's folder says of itself, and what tells two of them apart, without a base model.
 */
@NullMarked
package io.github.peft4j.inspect;

import org.jspecify.annotations.NullMarked;
