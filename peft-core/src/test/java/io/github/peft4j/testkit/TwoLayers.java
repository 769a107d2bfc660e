package io.github.peft4j.testkit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BlockModel;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.tuner.lora.InitLoraWeights;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Two linear layers, {@code first} with a bias and {@code second} without, and an input. */
public final class TwoLayers extends Module implements AutoCloseable {

    private static final int WIDTH = 4;

    public final NDManager manager = NDManager.newBaseManager("PyTorch");
    public final BlockModel model;
    public final ModelInput input;
    private final Linear first = child("first", new Linear(WIDTH, WIDTH));
    private final Linear second = child("second", new Linear(WIDTH, WIDTH, false));

    @SuppressWarnings("this-escape") // the block is complete when it is wrapped
    public TwoLayers() {
        initialize(manager, DataType.FLOAT32, new Shape(1, WIDTH));
        freezeParameters(true);
        model = new BlockModel(this);
        NDArray x = manager.arange(2f * WIDTH).div(5).reshape(2, WIDTH);
        input = ModelInput.of(Map.of("x", x));
    }

    /** LoRA with drawn A and B on these layers, so that it acts from the start. */
    public static LoraConfig.Builder lora(String... layers) {
        return LoraConfig.builder()
                .optR(2)
                .optInitLoraWeights(InitLoraWeights.FALSE)
                .optTargetModules(layers);
    }

    /** What the model computes now. */
    public float[] output(PeftModel peft) {
        return output(peft.forward(input));
    }

    /** The numbers of an output. */
    public float[] output(ModelOutput output) {
        return output.arrays().values().iterator().next().toFloatArray();
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow();
        AdapterPass pass = AdapterPass.over(store, x.getManager(), training);
        return new NDList(second.forward(pass, first.forward(pass, x)));
    }

    @Override
    public void close() {
        manager.close();
    }
}
