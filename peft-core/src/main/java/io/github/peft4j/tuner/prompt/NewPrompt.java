package io.github.peft4j.tuner.prompt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.tuner.InitialValue;
import java.util.Map;

/**
 * A prompt that is being made: where it goes, and what a method needs to make its tensors. Each has
 * an initial value, which is made only where no file holds the tensor.
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
    public InitialValue zeros(long... shape) {
        return InitialValue.zeros(new Shape(shape));
    }

    /** Drawn from N(0, 1), as PyTorch starts a {@code torch.nn.Embedding}. */
    public InitialValue normal(long... shape) {
        return normal(1, shape);
    }

    /** Drawn from N(0, deviation²). */
    public InitialValue normal(double deviation, long... shape) {
        Shape all = new Shape(shape);
        return all.size() == 0 ? InitialValue.zeros(all) : InitialValue.normal(0, deviation, all);
    }

    /** Uniform within ±1/√fanIn. */
    public InitialValue uniform(long fanIn, long... shape) {
        return InitialValue.uniform(1 / Math.sqrt((double) fanIn), new Shape(shape));
    }

    /** A trained tensor. */
    public Parameter trained(String name, InitialValue start) {
        return start.trained(name);
    }

    /**
     * A trained tensor of a network that makes the prompt, in no file.
     *
     * @param path its name within the network
     */
    public Parameter encoder(String path, InitialValue start) {
        return unsaved(path, start.trained(lastOf(path)));
    }

    /** The same for a tensor that does not train. */
    public Parameter frozenEncoder(String path, InitialValue start) {
        return unsaved(path, start.frozen(lastOf(path)));
    }

    /** A linear layer of such a network, with PyTorch's initial values. */
    public EncoderLayer encoderLayer(String path, long in, long out) {
        return new EncoderLayer(
                encoder(path + ".weight", uniform(in, out, in)),
                encoder(path + ".bias", uniform(in, out)));
    }

    /** A linear layer of such a network that starts at zero. */
    public EncoderLayer zeroEncoderLayer(String path, long in, long out) {
        return new EncoderLayer(
                encoder(path + ".weight", zeros(out, in)), encoder(path + ".bias", zeros(out)));
    }

    /** A prompt that is trained as such, and stands so in the file. */
    public PromptRows table(InitialValue start) {
        return new Table(trained(PromptRows.KEY, start));
    }

    private Parameter unsaved(String path, Parameter parameter) {
        set.addUnsaved(ENCODER + path, parameter);
        return parameter;
    }

    private static String lastOf(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
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
