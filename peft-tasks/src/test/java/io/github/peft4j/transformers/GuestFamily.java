package io.github.peft4j.transformers;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.transformers.decoder.DecoderHeads;
import io.github.peft4j.transformers.decoder.RotaryFamily;
import io.github.peft4j.transformers.family.Family;

/** A family from another jar than the rest. */
@AutoService(Family.class)
public final class GuestFamily extends RotaryFamily {

    static final String MODEL_TYPE = "guest";

    /** For {@code ServiceLoader}. */
    public GuestFamily() {
        super(MODEL_TYPE, DecoderHeads.of("Guest", "guest"), ImmutableMap.of());
    }
}
