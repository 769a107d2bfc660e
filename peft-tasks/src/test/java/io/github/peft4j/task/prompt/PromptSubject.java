package io.github.peft4j.task.prompt;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A tiny transformer under two prompts of one method, of which the first is active. */
final class PromptSubject implements AutoCloseable {

    static final String FIRST = PeftModel.DEFAULT_ADAPTER;
    static final String SECOND = "second";

    private static final int[] LENGTHS = {6, 4, 5};
    private static final int WIDTH = 6;

    private final TransformerModel base;
    private final PeftModel model;
    private final TaskType task;

    PromptSubject(String name, PeftConfig config) {
        task = config.taskType().orElseThrow();
        try {
            base = Transformers.load(Golden.path("models/" + name), task);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Engine.getEngine("PyTorch").setRandomSeed(5);
        model = PeftModels.getPeftModel(base, config);
        model.addAdapter(SECOND, config);
    }

    /** The same with trained tensors away from where they start. */
    PromptSubject moved() {
        try (NDManager scratch = NDManager.newBaseManager("PyTorch")) {
            for (String name : new String[] {FIRST, SECOND}) {
                for (Parameter parameter : model.adapter(name).trainable()) {
                    Tensors.fill(parameter, scratch.randomNormal(parameter.getShape()), 0.3);
                }
            }
        }
        return this;
    }

    TransformerModel base() {
        return base;
    }

    PeftModel model() {
        return model;
    }

    /** Three texts, two of them padded on the right; whatever the model and method may ask for. */
    ModelInput input(NDManager scope) {
        long[] ids = new long[LENGTHS.length * WIDTH];
        long[] mask = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            boolean token = i % WIDTH < LENGTHS[i / WIDTH];
            ids[i] = token ? 10 + (7L * i) % 100 : 0;
            mask[i] = token ? 1 : 0;
        }
        Shape shape = new Shape(LENGTHS.length, WIDTH);
        ModelInput input =
                ModelInput.of(
                        ImmutableMap.of(
                                ModelInput.INPUT_IDS, scope.create(ids, shape),
                                ModelInput.ATTENTION_MASK, scope.create(mask, shape),
                                ModelInput.TASK_IDS, scope.create(new long[] {1, 0, 1})));
        return task == TaskType.SEQ_2_SEQ_LM
                ? input.with(
                        ModelInput.DECODER_INPUT_IDS,
                        scope.create(new long[] {0, 30, 31, 0, 32, 33, 0, 34, 35}, new Shape(3, 3)))
                : input;
    }

    /** One row of {@link #input}, without its padding. */
    ModelInput row(NDManager scope, int row) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        for (Map.Entry<String, NDArray> entry : input(scope).arrays().entrySet()) {
            NDArray one = entry.getValue().get(new NDIndex("{}:{}", row, row + 1));
            boolean text = one.getShape().equals(new Shape(1, WIDTH));
            arrays.put(entry.getKey(), text ? one.get(new NDIndex(":, :{}", LENGTHS[row])) : one);
        }
        return ModelInput.of(arrays);
    }

    ModelInput labelled(NDManager scope) {
        ModelInput input = input(scope);
        NDArray labels =
                task == TaskType.SEQ_CLS
                        ? scope.create(new long[] {0, 2, 1})
                        : Tensors.get(
                                input.arrays(),
                                task == TaskType.SEQ_2_SEQ_LM
                                        ? ModelInput.DECODER_INPUT_IDS
                                        : ModelInput.INPUT_IDS);
        return input.with(ModelInput.LABELS, labels);
    }

    ModelOutput output(NDManager scope, Activation activation) {
        return model.forward(input(scope), activation);
    }

    byte[] bytes(Activation activation) {
        try (NDManager scope = NDManager.newBaseManager("PyTorch")) {
            return Tensors.bytes(output(scope, activation).logits());
        }
    }

    /** What the base computes on its own. */
    byte[] bare() {
        try (NDManager scope = NDManager.newBaseManager("PyTorch")) {
            return Tensors.bytes(base.forward(input(scope)).logits());
        }
    }

    ImmutableMap<String, byte[]> tensors(Map<String, Parameter> parameters) {
        ImmutableMap.Builder<String, byte[]> bytes = ImmutableMap.builder();
        parameters.forEach((key, p) -> bytes.put(key, Tensors.bytes(p.getArray())));
        return bytes.buildOrThrow();
    }

    void backward() {
        try (NDManager scope = NDManager.newBaseManager("PyTorch");
                Gradients on = Gradients.on()) {
            Gradients.backward(model.forward(labelled(scope), model.newStore(), true).loss());
        }
    }

    void trainSteps(int steps) {
        for (int i = 0; i < steps; i++) {
            backward();
            try (Gradients off = Gradients.off()) {
                for (Parameter parameter : model.trainableTensors().values()) {
                    try (NDArray gradient = parameter.getArray().getGradient()) {
                        TensorOps.sgd(parameter.getArray(), gradient, 0.1);
                    }
                    Gradients.zero(parameter.getArray());
                }
            }
        }
    }

    @Override
    public void close() {
        model.close();
        base.close();
    }
}
