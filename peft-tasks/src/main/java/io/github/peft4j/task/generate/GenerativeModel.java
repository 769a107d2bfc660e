package io.github.peft4j.task.generate;

import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.part.Rope;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * A language model, with adapters or without.
 *
 * @param forward calls it without a graph
 * @param info facts from its config
 * @param allowsCache whether keys and values of earlier calls may stand in for their positions
 */
record GenerativeModel(
        Function<ModelInput, ModelOutput> forward, ModelInfo info, boolean allowsCache) {

    /** Refuses models that name no next token. */
    GenerativeModel {
        requireLanguageModel(info);
    }

    /**
     * Refuses models that name no next token.
     *
     * @throws IllegalArgumentException if this one does not
     */
    static void requireLanguageModel(ModelInfo info) {
        if (info.outputEmbedding() == null || info.className().contains("MaskedLM")) {
            throw new IllegalArgumentException(
                    info.className()
                            + " does not name the next token of a text. Load the checkpoint for"
                            + " CAUSAL_LM or SEQ_2_SEQ_LM.");
        }
    }

    /** A base, or one with merged weights. */
    static GenerativeModel of(BaseModel model) {
        return new GenerativeModel(
                input -> {
                    try (Gradients off = Gradients.off()) {
                        return model.forward(input, AdapterPass.bare(input.manager(), false));
                    }
                },
                model.info(),
                true);
    }

    /** A model with these adapters, whatever is active. */
    static GenerativeModel of(PeftModel model, Activation activation) {
        boolean allowsCache =
                activation.names().stream().allMatch(name -> model.adapter(name).allowsCache());
        return new GenerativeModel(
                input -> model.forward(input, activation), model.base().info(), allowsCache);
    }

    /** Whether an encoder reads the prompt and a decoder writes the answer. */
    boolean isEncoderDecoder() {
        return info.config().get("is_encoder_decoder") instanceof Boolean flag
                ? flag
                : info.className().endsWith("ForConditionalGeneration");
    }

    /** The longest text whose keys stay what they are when it grows; see {@link Rope}. */
    long lengthOfOneForm() {
        return Rope.lengthOfOneForm(PretrainedConfig.of(info.config(), PretrainedConfig.FILE));
    }

    /** How many positions the model was made for; empty if they have no end. */
    OptionalInt positions() {
        Object limit = info.config().get("max_position_embeddings");
        if (limit == null && !isEncoderDecoder()) {
            limit = info.config().get("n_positions"); // GPT-2; T5's is a memory of its training
        }
        return limit instanceof Number number
                ? OptionalInt.of(number.intValue())
                : OptionalInt.empty();
    }
}
