package io.github.peft4j.tuner.prompt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.model.ModelInput;
import java.util.Map;

/**
 * A prompt that is being made: where it goes, and what a method needs to make its tensors. These
 * live in the adapter's manager, are float32, and are drawn from LibTorch's generator.
 *
 * @param set the adapter
 * @param site where the prompt goes
 */
public record NewPrompt(AdapterSetBuilder set, PromptSite site) {

    /** How the keys of what only training has begin. */
    private static final String ENCODER = "prompt_encoder.";

    /** The prompt's sizes. */
    public PromptShape shape() {
        return site.shape();
    }

    /** Where the adapter's tensors live. */
    public NDManager manager() {
        return set.manager();
    }

    /** Zeros. */
    public NDArray zeros(long... shape) {
        return manager().zeros(new Shape(shape));
    }

    /** Drawn from N(0, 1), as PyTorch starts a {@code torch.nn.Embedding}. */
    public NDArray normal(long... shape) {
        return normal(1, shape);
    }

    /** Drawn from N(0, deviation²). */
    public NDArray normal(double deviation, long... shape) {
        Shape all = new Shape(shape);
        return all.size() == 0
                ? manager().zeros(all)
                : manager().randomNormal(0f, (float) deviation, all, DataType.FLOAT32);
    }

    /** Uniform within ±1/√fanIn. */
    public NDArray uniform(long fanIn, long... shape) {
        float bound = (float) (1 / Math.sqrt((double) fanIn));
        return manager().randomUniform(-bound, bound, new Shape(shape), DataType.FLOAT32);
    }

    /** A trained tensor. */
    public Parameter trained(String name, NDArray array) {
        return parameter(name, array, false);
    }

    /**
     * A trained tensor of a network that makes the prompt, in no file.
     *
     * @param path its name within the network
     */
    public Parameter encoder(String path, NDArray array) {
        return unsaved(path, array, false);
    }

    /** The same for a tensor that does not train. */
    public Parameter frozenEncoder(String path, NDArray array) {
        return unsaved(path, array, true);
    }

    /** A linear layer of such a network, with PyTorch's start values. */
    public EncoderLayer encoderLayer(String path, long in, long out) {
        return new EncoderLayer(
                encoder(path + ".weight", uniform(in, out, in)),
                encoder(path + ".bias", uniform(in, out)));
    }

    /** A prompt that is trained as such, and stands so in the file. */
    public PromptRows table(NDArray start) {
        return new Table(trained(PromptRows.KEY, start));
    }

    private Parameter unsaved(String path, NDArray array, boolean frozen) {
        String name = path.substring(path.lastIndexOf('.') + 1);
        Parameter parameter = parameter(name, array, frozen);
        set.addUnsaved(ENCODER + path, parameter);
        return parameter;
    }

    /** A tensor, named without dots, which DJL gives a meaning. */
    private static Parameter parameter(String name, NDArray array, boolean frozen) {
        Parameter parameter =
                Parameter.builder().setName(name).setType(Parameter.Type.WEIGHT).build();
        parameter.setArray(array);
        parameter.freeze(frozen);
        return parameter;
    }

    private record Table(Parameter table) implements PromptRows {

        @Override
        public NDArray of(AdapterPass pass, ModelInput input) {
            return pass.value(table);
        }

        @Override
        public Map<String, Parameter> parameters() {
            return ImmutableMap.of(KEY, table);
        }
    }
}
