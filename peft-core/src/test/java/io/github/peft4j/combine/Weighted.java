package io.github.peft4j.combine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.tuner.lora.LoraConfig;

/** A toy model with LoRA adapters of random numbers. */
final class Weighted implements AutoCloseable {

    final NDManager manager = NDManager.newBaseManager("PyTorch");
    final ToyModel toy = ToyModel.ours();
    final PeftModel model;

    Weighted(LoraConfig first) {
        model = PeftModels.getPeftModel(toy.base().block(), first, "one");
        fill("one");
    }

    static LoraConfig.Builder lora(int r, String... targets) {
        return LoraConfig.builder().optR(r).optLoraAlpha(r + 1).optTargetModules(targets);
    }

    void add(String name, LoraConfig config) {
        model.addAdapter(name, config);
        fill(name);
    }

    private void fill(String name) {
        for (Parameter parameter : model.adapter(name).tensors().values()) {
            Shape shape = parameter.getShape();
            Tensors.fill(parameter, manager.randomNormal(shape), 0.4);
        }
    }

    NDArray output(Activation activation) {
        return model.forward(toy.input(manager), activation).logits();
    }

    NDArray output(String name) {
        return output(Activation.of(name));
    }

    @Override
    public void close() {
        model.close();
        toy.close();
        manager.close();
    }
}
