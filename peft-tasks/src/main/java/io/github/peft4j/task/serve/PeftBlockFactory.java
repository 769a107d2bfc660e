package io.github.peft4j.task.serve;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.nn.Block;
import ai.djl.nn.BlockFactory;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.BaseModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

/**
 * The block of a DJL model from a checkpoint directory and an adapter, weights included. {@link
 * PeftModelZoo} uses it; name it in a serving.properties file where there is no code:
 *
 * <pre>{@code
 * engine=PyTorch
 * blockFactory=io.github.peft4j.task.serve.PeftBlockFactory
 * translatorFactory=io.github.peft4j.task.serve.PeftTranslatorFactory
 * option.hasParameter=false
 * task=SEQ_CLS
 * adapter=my-adapter
 * }</pre>
 *
 * <p>{@code hasParameter=false} keeps DJL from looking for parameters of its own. Closing the DJL
 * model frees checkpoint and adapters.
 *
 * @see PeftModelZoo for the arguments
 */
public final class PeftBlockFactory implements BlockFactory {

    private static final long serialVersionUID = 1L;

    /** For DJL, which makes it by its name. */
    public PeftBlockFactory() {}

    @Override
    public Block newBlock(Model model, Path modelPath, Map<String, ?> arguments)
            throws IOException {
        ServingArguments values = new ServingArguments(modelPath, arguments);
        values.requireKnown();
        ServedModel served = ServedModel.load(values);
        try {
            requireDevice(model.getNDManager().getDevice(), base(served.block()).device());
        } catch (RuntimeException e) {
            served.close();
            throw e;
        }
        model.getNDManager().attachInternal("peft4j." + UUID.randomUUID(), served);
        return served.block();
    }

    /**
     * The model under the adapters of a block.
     *
     * @throws IllegalArgumentException if it is no block of this library
     */
    static BaseModel base(Block block) {
        if (block instanceof PeftModel model) {
            return model.base();
        }
        if (block instanceof BaseModel model) {
            return model;
        }
        throw new IllegalArgumentException(
                "The model's block %s is no model of this library. Load it by a PeftModelZoo, or set"
                                .formatted(block.getClass().getName())
                        + " a PeftModel as its block.");
    }

    /** Refuses a device that the weights are not on. */
    static void requireDevice(Device wanted, Device actual) {
        if (!wanted.equals(actual)) {
            throw new IllegalArgumentException(
                    "The criteria ask for device %s, but checkpoints load on %s. Leave optDevice out."
                            .formatted(wanted, actual));
        }
    }
}
