package io.github.peft4j.tuner.ptuning;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.json.JsonType;

/** The network that makes the prompt: the option {@code encoder_reparameterization_type}. */
public enum PromptEncoderReparameterizationType {
    /** Three linear layers. */
    MLP,
    /** A bidirectional LSTM and two linear layers. */
    LSTM;

    static final JsonType<PromptEncoderReparameterizationType> JSON =
            JsonType.choice(ImmutableMap.of(MLP, "MLP", LSTM, "LSTM"));
}
