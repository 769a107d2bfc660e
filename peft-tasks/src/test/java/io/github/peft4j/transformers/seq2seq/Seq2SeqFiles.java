package io.github.peft4j.transformers.seq2seq;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.ClosenessJudge;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.reference.ReferenceCall;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.Assertions;

/** Tiny encoder-decoders and what transformers computes with them. */
public final class Seq2SeqFiles {

    private Seq2SeqFiles() {}

    /** A file or folder that {@code seq2seq/make.py} wrote. */
    public static Path own(String name) {
        URL url = Seq2SeqFiles.class.getResource("/seq2seq/" + name);
        if (url == null) {
            throw new IllegalStateException("No resource seq2seq/" + name);
        }
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A golden model's folder, or one of {@code make.py}, without dropout. */
    public static TransformerModel load(Path folder, AutoClass head) throws IOException {
        LoadOptions.Builder options = LoadOptions.builder();
        for (String key : new String[] {"dropout", "dropout_rate", "classifier_dropout"}) {
            options.addConfigOverride(key, 0);
        }
        return Transformers.load(folder, head, options.build());
    }

    /** Golden by name, without dropout. */
    public static TransformerModel golden(String name, AutoClass head) throws IOException {
        return load(Golden.path("models/" + name), head);
    }

    /** Tensors of a safetensors file whose names start so, without the start. */
    public static Map<String, NDArray> tensors(NDManager manager, Path file, String start)
            throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (String name : reader.names()) {
                if (name.startsWith(start)) {
                    tensors.put(name.substring(start.length()), reader.load(manager, name));
                }
            }
            return tensors;
        }
    }

    /** Compares outputs, hidden states if the file has them, and gradients of the weights. */
    public static void check(TransformerModel model, Path expected) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            ReferenceCall call = ReferenceCall.read(manager, expected);
            Assertions.assertThat(call.startingWith("out.")).isNotEmpty();
            ModelInput input = call.input();
            call.outputs(
                    model,
                    input.withOutputHiddenStates(call.hasHiddenStates()),
                    new ClosenessJudge(""));
            if (call.hasGradients()) {
                model.setTrainable(true);
                call.gradients(model, input, true, new ClosenessJudge(""));
            }
        }
    }
}
