package io.github.peft4j.transformers.decoder;

import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.transformers.layout.TokenLayout;
import io.github.peft4j.transformers.part.RotaryPositions;
import org.jspecify.annotations.Nullable;

/**
 * What all layers of one call share.
 *
 * @param layout how the tokens lie
 * @param rotary the angles of their positions, or null where queries and keys do not turn
 * @param cache keys and values of earlier positions, or null
 */
public record DecoderCall(
        TokenLayout layout, @Nullable RotaryPositions rotary, @Nullable KeyValueCache cache) {}
