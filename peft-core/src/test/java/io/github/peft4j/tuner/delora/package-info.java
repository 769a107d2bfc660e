/** Tests of DeLoRA. */
@NullMarked
package io.github.peft4j.tuner.delora;

import org.jspecify.annotations.NullMarked;
