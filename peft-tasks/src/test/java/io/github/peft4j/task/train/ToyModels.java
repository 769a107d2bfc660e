package io.github.peft4j.task.train;

import ai.djl.engine.Engine;
import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** A tiny BERT with three classes, and fresh adapters on it. */
final class ToyModels {

    private ToyModels() {}

    /** Without dropout. */
    static TransformerModel base() throws IOException {
        return base(0);
    }

    /** With this dropout in its layers. */
    static TransformerModel base(double dropout) throws IOException {
        return base(Golden.path("models/bert-seqcls"), dropout);
    }

    /** The same from another folder. */
    static TransformerModel base(Path folder, double dropout) throws IOException {
        return Transformers.load(
                folder,
                TaskType.SEQ_CLS,
                LoadOptions.builder()
                        .addConfigOverride("hidden_dropout_prob", dropout)
                        .addConfigOverride("attention_probs_dropout_prob", dropout)
                        .build());
    }

    /** An adapter of rank 4 whose start values depend on the seed alone. */
    static PeftModel lora(BaseModel base, int seed, double dropout) {
        Engine.getEngine("PyTorch").setRandomSeed(seed);
        return PeftModels.getPeftModel(
                base.block(),
                LoraConfig.builder()
                        .optTaskType(TaskType.SEQ_CLS)
                        .optR(4)
                        .optLoraAlpha(8)
                        .optLoraDropout(dropout)
                        .build());
    }

    /** An adapter without dropout. */
    static PeftModel lora(BaseModel base) {
        return lora(base, 1, 0);
    }

    /** The bytes of all tensors. */
    static Map<String, byte[]> bytes(Map<String, Parameter> tensors) {
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        tensors.forEach((name, p) -> bytes.put(name, Tensors.bytes(p.getArray())));
        return bytes;
    }

    /** Whether both hold the same bytes under the same names. */
    static boolean same(Map<String, byte[]> left, Map<String, byte[]> right) {
        return left.keySet().equals(right.keySet())
                && left.keySet().stream()
                        .allMatch(key -> Arrays.equals(left.get(key), right.get(key)));
    }
}
