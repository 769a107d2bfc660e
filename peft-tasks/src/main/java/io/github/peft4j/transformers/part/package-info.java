/** Parts that several transformer families share: token layouts, memory scopes, loading. */
@NullMarked
package io.github.peft4j.transformers.part;

import org.jspecify.annotations.NullMarked;
