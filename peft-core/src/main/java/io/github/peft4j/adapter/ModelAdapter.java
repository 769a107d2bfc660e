package io.github.peft4j.adapter;

import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;

/** Runs around the whole model: virtual tokens, prefixes, a routing pre-pass. */
public interface ModelAdapter extends Adapter {

    /** The adapted call; {@code base.forward(input, pass, ...)} runs the layers beneath. */
    ModelOutput forward(ModelInput input, BaseModel base, AdapterPass pass);
}
