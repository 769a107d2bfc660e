package io.github.peft4j.transformers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.reference.ReferenceCall;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.Assertions;

/** A tiny model and one of the calls that Python made with it. A missing file fails. */
public final class GoldenCase implements AutoCloseable {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final ReferenceCall call;
    private final TransformerModel model;

    private GoldenCase(Path directory, Path file) throws IOException {
        ReferenceCall read = ReferenceCall.read(manager, file);
        // The files of decoders/make.py do not say that padding there holds what it may.
        call = file.getParent().endsWith("expected") ? read : read.attendedOnly();
        AutoClass head = AutoClass.named(call.fact("auto_class"));
        model = Transformers.load(directory, head, LoadOptions.DEFAULT);
    }

    /**
     * The folder of a model: of {@code encoders/make.py} or {@code decoders/make.py} with that
     * folder's name before a slash, else of the golden models.
     */
    public static Path directory(String model) {
        if (!model.contains("/")) {
            return Golden.path("models/" + model);
        }
        URL found = GoldenCase.class.getResource("/" + model);
        if (found == null) {
            throw new IllegalStateException("No folder or file " + model);
        }
        try {
            return Path.of(found.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Opens a model and one of its calls. */
    public static GoldenCase open(String model, String name) throws IOException {
        return open(directory(model), directory(model), name);
    }

    /** Opens a call of one folder with the model of another. */
    public static GoldenCase open(Path checkpoint, Path folder, String name) throws IOException {
        Path several = folder.resolve("expected");
        return new GoldenCase(
                checkpoint,
                Files.isDirectory(several)
                        ? several.resolve(name + ".safetensors")
                        : folder.resolve(name + ".safetensors"));
    }

    /** The model as loaded. */
    public TransformerModel model() {
        return model;
    }

    /** What Python called the model with. */
    public ModelInput input() {
        return call.input();
    }

    /** All tensors whose names start so, without the start. */
    public Map<String, NDArray> starting(String start) {
        return call.startingWith(start);
    }

    /**
     * Fails unless class and outputs are Python's, whether only they or all hidden states are asked
     * for.
     */
    public void outputsEqualPython() {
        Assertions.assertThat(model.info().className()).isEqualTo(call.fact("model_class"));
        Assertions.assertThat(starting("out.")).isNotEmpty();
        for (boolean states : new boolean[] {false, true}) {
            call.outputs(model, input().withOutputHiddenStates(states), new ClosenessJudge(""));
        }
    }

    /**
     * Fails unless loss and gradients are Python's: with everything computed and all weights
     * trained; and as training asks for them, the loss alone, padding dropped where the head allows
     * it, first with all weights and then with those alone that Python kept a gradient of.
     */
    public void gradientsEqualPython() {
        Assertions.assertThat(starting("grad.")).isNotEmpty();
        model.setTrainable(true);
        gradients(input().withOutputHiddenStates(true), "all");
        gradients(input().withLogits(LogitsToKeep.NONE), "loss alone");
        model.setTrainable(false);
        for (String name : starting("grad.").keySet()) {
            Parameter parameter = Tensors.get(model.parameters(), name);
            parameter.freeze(false);
        }
        gradients(input().withLogits(LogitsToKeep.NONE), "loss alone, some weights");
    }

    private void gradients(ModelInput input, String how) {
        call.gradients(model, input, false, new ClosenessJudge(how + ": "));
    }

    @Override
    public void close() {
        model.close();
        manager.close();
    }
}
