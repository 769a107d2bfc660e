/** Trials with files that ask for too much. */
package io.github.peft4j.transformers.hostile;
