package io.github.peft4j.tuner.prompt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.set.FileTensor;
import io.github.peft4j.model.ModelInput;
import java.util.Map;
import java.util.function.Function;

/**
 * The prompt that an encoder makes of trained tensors. It stands in the file, and the encoder does
 * not: a file is enough to predict with, but not to train on.
 *
 * @param shape of the prompt
 * @param encode makes it
 */
public record EncodedPrompt(Shape shape, Function<AdapterPass, NDArray> encode)
        implements PromptRows, FileTensor {

    @Override
    public NDArray of(AdapterPass pass, ModelInput input) {
        return encode.apply(pass);
    }

    @Override
    public Map<String, FileTensor> fileTensors() {
        return ImmutableMap.of(KEY, this);
    }

    @Override
    public NDArray write(NDManager scratch) {
        return encode.apply(AdapterPass.over(new ParameterStore(scratch, false), scratch, false));
    }

    @Override
    public void read(NDArray value) {
        throw new IllegalStateException(writeOnly());
    }

    @Override
    public boolean required() {
        return true;
    }

    @Override
    public String writeOnly() {
        return "the file holds the prompt that an encoder made of trained tensors, and not these, so"
                + " training cannot go on from it. Load it for prediction (without optTrainable), or"
                + " resume from the trainer's checkpoint.";
    }
}
