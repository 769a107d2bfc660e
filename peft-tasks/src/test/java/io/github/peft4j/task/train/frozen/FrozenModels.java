package io.github.peft4j.task.train.frozen;

import ai.djl.engine.Engine;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.transformers.GoldenCase;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.util.List;

/** Tiny models of all kinds without dropout, and adapters in one of their layers. */
final class FrozenModels {

    private static final List<String> DROPOUT =
            List.of(
                    "hidden_dropout_prob",
                    "attention_probs_dropout_prob",
                    "dropout",
                    "attention_dropout",
                    "seq_classif_dropout",
                    "attn_pdrop",
                    "embd_pdrop",
                    "resid_pdrop",
                    "dropout_rate",
                    "classifier_dropout");

    private FrozenModels() {}

    /** A tiny model, of its folder's name in the golden models or test resources. */
    static TransformerModel base(String folder, TaskType task) throws IOException {
        LoadOptions.Builder options = LoadOptions.builder();
        DROPOUT.forEach(key -> options.addConfigOverride(key, 0.0));
        return Transformers.load(GoldenCase.directory(folder), task, options.build());
    }

    /** LoRA in queries and values of these layers, the same at each call. */
    static PeftModel lora(TransformerModel base, TaskType task, int... layers) {
        return lora(base, config(task).optLayersToTransform(layers));
    }

    /** LoRA of one's own, the same at each call. */
    static PeftModel lora(TransformerModel base, LoraConfig.Builder config) {
        Engine.getEngine("PyTorch").setRandomSeed(3);
        return PeftModels.getPeftModel(base, config.build());
    }

    /** LoRA of rank 4. */
    static LoraConfig.Builder config(TaskType task) {
        return LoraConfig.builder().optTaskType(task).optR(4).optLoraAlpha(8);
    }
}
