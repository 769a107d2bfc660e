/** What the hub's cache is on disk, and what keeps strange names and broken bytes out of it. */
@NullMarked
package io.github.peft4j.hub.internal;

import org.jspecify.annotations.NullMarked;
