package io.github.peft4j.transformers.combine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.combine.WeightedAdapterOptions;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.GoldenCase;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.family.AutoClass;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums at weights that are stored as [in, out], and at a table. */
class WeightedSumTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "linear",
                "cat",
                "svd",
                "ties",
                "ties_svd",
                "magnitude_prune",
                "magnitude_prune_svd"
            })
    void actsAsPythonsSumDoes(String type) throws IOException {
        Path folder = GoldenCase.directory("weighted/one").resolveSibling("");
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                TransformerModel base =
                        Transformers.load(
                                Golden.path("models/gpt2-causal"),
                                AutoClass.CAUSAL_LM,
                                LoadOptions.DEFAULT);
                PeftModel model = PeftModels.fromPretrained(base, folder.resolve("one"), "one");
                SafetensorsReader expected =
                        SafetensorsReader.open(folder.resolve("expected.safetensors"))) {
            model.loadAdapter(folder.resolve("two"), "two");
            model.addWeightedAdapter(
                    "sum",
                    WeightedAdapterOptions.builder()
                            .addAdapter("one", 0.8)
                            .addAdapter("two", -0.5)
                            .optCombinationType(type)
                            .optDensity(0.6)
                            .optSvdRank(3)
                            .build());
            model.setAdapter("sum");

            NDArray ids = expected.load(manager, "in.input_ids");
            NDArray ours = model.forward(ModelInput.of(Map.of("input_ids", ids))).logits();
            Tensors.assertClose(ours, expected.load(manager, "out." + type), 1e-5, type);
        }
    }
}
