package io.github.peft4j.task.generate;

import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.CheckpointOrigin;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.prefix.ModelState;
import io.github.peft4j.task.generate.prefix.PrefixCache;
import io.github.peft4j.task.generate.prefix.PrefixUse;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.part.Rope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A language model, with adapters or without.
 *
 * @param forward calls it without a graph
 * @param info facts from its config
 * @param checkpoint its folder, which says what a config leaves open; null if there is none
 * @param allowsCache whether keys and values of earlier calls may stand in for their positions
 * @param allowsBeams whether texts may change places while they grow
 * @param prefixState what keys and values of a text's beginning depend on besides its tokens, as it
 *     is now; null where they depend on more than can be told
 * @param rows adapters of single prompts, whose number a batch must have; null if all are alike
 */
record GenerativeModel(
        Function<ModelInput, ModelOutput> forward,
        ModelInfo info,
        @Nullable Path checkpoint,
        boolean allowsCache,
        boolean allowsBeams,
        @Nullable Supplier<Object> prefixState,
        @Nullable RowActivation rows) {

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

    /** A model in which texts may change places. */
    GenerativeModel(
            Function<ModelInput, ModelOutput> forward,
            ModelInfo info,
            @Nullable Path checkpoint,
            boolean allowsCache) {
        this(forward, info, checkpoint, allowsCache, true, null, null);
    }

    /**
     * Refuses beam search where an adapter rules it out.
     *
     * @throws IllegalArgumentException if one does
     */
    void requireBeams(int numBeams) {
        if (numBeams > 1 && !allowsBeams) {
            throw new IllegalArgumentException(
                    "num_beams is "
                            + numBeams
                            + ", and an active adapter depends on where its invocation tokens stand"
                            + " (alora_invocation_tokens), which beam search does not follow, in"
                            + " PEFT neither. Generate with num_beams 1.");
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
                checkpoint(model),
                true,
                true,
                () -> ModelState.of(model),
                null);
    }

    /** A model with these adapters, whatever is active. */
    static GenerativeModel of(PeftModel model, Activation activation) {
        boolean allowsCache =
                activation.names().stream().allMatch(name -> model.adapter(name).allowsCache());
        return new GenerativeModel(
                input -> model.forward(input, activation),
                model.base().info(),
                checkpoint(model.base()),
                allowsCache,
                activation.names().stream().allMatch(name -> model.adapter(name).allowsBeams()),
                activation.names().stream().allMatch(name -> dependsOnTokens(model.adapter(name)))
                        ? () -> ModelState.of(model, activation)
                        : null,
                null);
    }

    /** A model with these adapters for the rows of each batch, whatever is active. */
    static GenerativeModel of(PeftModel model, RowActivation activation) {
        List<AdapterSet> acting =
                activation.distinct().stream()
                        .flatMap(one -> one.names().stream())
                        .distinct()
                        .map(model::adapter)
                        .toList();
        return new GenerativeModel(
                input -> model.forward(input, activation.over(input.rows())),
                model.base().info(),
                checkpoint(model.base()),
                acting.stream().allMatch(AdapterSet::allowsCache),
                acting.stream().allMatch(AdapterSet::allowsBeams),
                null, // a beginning that is kept would have to be its own for each row
                activation);
    }

    /** Whether a token's keys depend on it and the tokens before it alone. */
    private static boolean dependsOnTokens(AdapterSet adapter) {
        return adapter.allowsCache()
                && adapter.allowsPacking()
                && adapter.allowsBeams()
                && adapter.modelAdapter().isEmpty();
    }

    /** The use of kept beginnings by a generation that begins; null where there is none. */
    @Nullable PrefixUse prefixUse(PrefixCache prefixes) {
        return prefixState == null || isEncoderDecoder()
                ? null
                : new PrefixUse(prefixes, prefixState);
    }

    private static @Nullable Path checkpoint(BaseModel model) {
        return model.origin().map(CheckpointOrigin::directory).orElse(null);
    }

    /** The config with what the checkpoint says where it leaves something open. */
    GenerationConfig completed(GenerationConfig config) {
        try {
            return checkpoint == null || !Files.isDirectory(checkpoint)
                    ? config
                    : config.completedBy(checkpoint);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read where texts end: " + e.getMessage(), e);
        }
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

    /** How many tokens it can choose from; empty if its config does not say. */
    OptionalInt vocabulary() {
        OptionalInt rows = number("vocab_size");
        return rows.isPresent() && rows.getAsInt() > 0 ? rows : OptionalInt.empty();
    }

    /** Bytes of a token's keys and values in all layers; 0 if its config does not say. */
    long bytesOfKeys() {
        if (!allowsCache) {
            return 0;
        }
        long width = number("hidden_size").orElse(0);
        int heads = number("num_attention_heads").orElse(1);
        int ofKeys = number("num_key_value_heads").orElse(heads);
        long layers = number("num_hidden_layers").orElse(0);
        return 2L * Float.BYTES * layers * width * Math.min(ofKeys, heads) / Math.max(heads, 1);
    }

    private OptionalInt number(String key) {
        return info.config().get(key) instanceof Number number
                ? OptionalInt.of(number.intValue())
                : OptionalInt.empty();
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
