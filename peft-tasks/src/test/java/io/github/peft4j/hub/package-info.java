/** Downloads from a server of this process that behaves as badly as servers do. */
package io.github.peft4j.hub;
