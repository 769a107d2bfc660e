package io.github.peft4j.task.generate;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.internal.TextRoom;
import io.github.peft4j.task.generate.logits.LogitsProcessor;
import io.github.peft4j.task.generate.logits.LogitsProcessors;
import io.github.peft4j.task.generate.prefix.PrefixCache;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Generates text, token by token, as Hugging Face's {@code generate}: ids in, ids out.
 *
 * <p>Works on a decoder and on an encoder-decoder, with adapters, with merged weights or without.
 * Needs no closing; any number of threads may use one. A generation runs with the adapters that
 * were active when it began.
 *
 * <p>What a config leaves open (tokens that start, end and fill, limits of length) is taken from
 * the checkpoint's generation_config.json, or config.json, as in transformers.
 *
 * <p>Each token is a pass over all weights, and adapters run in each: those that have a weight form
 * alone (LoHa, LoKr, ...) fold it anew for every token, and even LoRA adds two small products a
 * layer. For long answers call {@link PeftModel#mergeAdapter()} first, or generate with {@link
 * PeftModel#mergeAndUnload()}.
 */
public final class Generator {

    private static final Logger logger = LoggerFactory.getLogger(Generator.class);

    private final Supplier<GenerativeModel> model;
    private final List<LogitsProcessor> processors;
    private final @Nullable Tokenizer tokenizer;
    private final Set<Integer> ends;
    private final @Nullable PrefixCache prefixes;

    private Generator(
            Supplier<GenerativeModel> model,
            List<LogitsProcessor> processors,
            @Nullable Tokenizer tokenizer,
            Set<Integer> ends,
            @Nullable PrefixCache prefixes) {
        this.prefixes = prefixes;
        this.tokenizer = tokenizer;
        this.ends = ends;
        this.model = model;
        this.processors = processors;
    }

    /**
     * Generates with a base model, or one with merged weights.
     *
     * @throws IllegalArgumentException if the model has no output over a vocabulary
     */
    public static Generator of(BaseModel model) {
        GenerativeModel callable = GenerativeModel.of(model);
        return of(() -> callable);
    }

    /** Generates with the adapters that are active when a generation begins. */
    public static Generator of(PeftModel model) {
        GenerativeModel.requireLanguageModel(model.base().info());
        return of(() -> GenerativeModel.of(model, model.activation()));
    }

    /** Generates with these adapters, whatever is active. */
    public static Generator of(PeftModel model, Activation activation) {
        GenerativeModel callable = GenerativeModel.of(model, activation);
        return of(() -> callable);
    }

    /**
     * Generates with adapters of its own for each prompt, whatever is active.
     *
     * @param activation one for each prompt of the batches to come
     */
    public static Generator of(PeftModel model, RowActivation activation) {
        GenerativeModel callable = GenerativeModel.of(model, activation);
        return of(() -> callable);
    }

    /**
     * Generates with what a supplier gives when a generation begins.
     *
     * @param model asked once a generation
     */
    static Generator of(Supplier<GenerativeModel> model) {
        return new Generator(model, ImmutableList.of(), null, ImmutableSet.of(), null);
    }

    /** This generator with a processor of one's own, behind the config's but before sampling's. */
    public Generator with(LogitsProcessor processor) {
        return new Generator(
                model,
                ImmutableList.<LogitsProcessor>builder().addAll(processors).add(processor).build(),
                tokenizer,
                ends,
                prefixes);
    }

    /** This generator with the texts of its tokens, which {@code stop_strings} needs. */
    public Generator withTokenizer(Tokenizer texts) {
        return new Generator(model, processors, texts, ends, prefixes);
    }

    /**
     * This generator with a memory for the beginnings of prompts, which others may share. The owner
     * of the cache closes it.
     */
    public Generator withPrefixCache(PrefixCache cache) {
        return new Generator(model, processors, tokenizer, ends, cache);
    }

    /** This generator with further tokens that end an answer, beyond those of the config. */
    public Generator withEnds(Set<Integer> ids) {
        return new Generator(model, processors, tokenizer, ImmutableSet.copyOf(ids), prefixes);
    }

    /**
     * Answers prompts.
     *
     * @throws IllegalArgumentException if a prompt is longer than the model's positions or the
     *     config's {@code max_length}, or ends with padding that its answer would follow
     */
    public GenerationResult generate(PromptBatch prompts, GenerationConfig config) {
        return generate(prompts, config, token -> {});
    }

    /**
     * Answers prompts and tells each token as soon as it is there; beam search, which may change
     * its mind, tells none.
     *
     * @param listener told in this thread
     */
    public GenerationResult generate(
            PromptBatch prompts, GenerationConfig config, Consumer<NewToken> listener) {
        if (config.beams().numBeams() > 1) {
            return search(prompts, config);
        }
        try (TokenStream stream = stream(prompts, config)) {
            stream.forEachRemaining(listener);
            return stream.result();
        }
    }

    /**
     * Answers prompts a token at a time, when it is asked for. Close the stream.
     *
     * @throws IllegalArgumentException as {@link #generate(PromptBatch, GenerationConfig)}, and for
     *     beam search, which knows its answer at its end
     */
    public TokenStream stream(PromptBatch prompts, GenerationConfig config) {
        if (config.beams().numBeams() > 1) {
            throw new IllegalArgumentException(
                    "num_beams is "
                            + config.beams().numBeams()
                            + ", and beam search knows its tokens only at the end. Stream with"
                            + " num_beams 1, or call generate.");
        }
        Start start = start(prompts, config);
        int answers = config.beams().numReturnSequences();
        List<GrowingRow> rows = start.rows();
        Sampler choice =
                new Sampler(
                        start.processors(processors), config.sampling(), prompts.rows() * answers);
        return new TokenStream(
                start.decoding(prefixes),
                rows,
                answers,
                new TextEnds(start.config, tokenizer),
                choice,
                start.total);
    }

    /**
     * Checks prompts without generating: before long work that one prompt would stop.
     *
     * @throws IllegalArgumentException as {@link #generate(PromptBatch, GenerationConfig)}
     */
    public void check(PromptBatch prompts, GenerationConfig config) {
        start(prompts, config).rows();
    }

    /** Where the model expects the padding of a batch's shorter prompts. */
    public Side paddingSide() {
        // An answer of a decoder follows its prompt directly; encoders are trained with the padding
        // behind the text.
        return model.get().isEncoderDecoder() ? Side.RIGHT : Side.LEFT;
    }

    private Start start(PromptBatch prompts, GenerationConfig config) {
        GenerativeModel called = model.get();
        RowActivation rows = called.rows();
        if (rows != null) {
            rows.requireRows(prompts.rows());
        }
        GenerationConfig whole = called.completed(config);
        Set<Integer> all = new LinkedHashSet<>(whole.tokens().eosTokenId());
        return all.addAll(ends)
                ? new Start(
                        called,
                        prompts,
                        whole.toBuilder().optEosTokenId(all.toArray(Integer[]::new)).build())
                : new Start(called, prompts, whole);
    }

    private GenerationResult search(PromptBatch prompts, GenerationConfig config) {
        Start start = start(prompts, config);
        start.model.requireBeams(config.beams().numBeams());
        List<LogitsProcessor> all = start.processors(processors);
        List<GrowingRow> rows = start.rows();
        try (DecodingState decoding = start.decoding(prefixes)) {
            return new BeamSearch(
                            decoding,
                            rows,
                            start.config,
                            all,
                            new TextEnds(start.config, tokenizer),
                            start.total)
                    .run();
        }
    }

    /** Where a generation begins. */
    private static final class Start {

        private final GenerativeModel model;
        private final PromptBatch prompts;
        private final GenerationConfig config;
        private final int length;
        private final int total;

        Start(GenerativeModel model, PromptBatch prompts, GenerationConfig config) {
            this.model = model;
            this.prompts = prompts;
            this.config = config;
            OptionalInt positions = model.positions();
            if (prompts.length() > positions.orElse(Integer.MAX_VALUE)) {
                throw new IllegalArgumentException(
                        "The longest prompt has "
                                + prompts.length()
                                + " tokens, but the model has "
                                + positions.orElseThrow()
                                + " positions. Shorten it.");
            }
            length = model.isEncoderDecoder() ? 1 : prompts.length();
            total = this.config.length().total(length, positions);
            new TextRoom(model.vocabulary(), model.bytesOfKeys(), prompts.rows(), prompts.length())
                    .require(
                            config,
                            !model.isEncoderDecoder() && prompts.mask(config.tokens()) != null,
                            total);
        }

        List<LogitsProcessor> processors(List<LogitsProcessor> own) {
            return LogitsProcessors.of(config, own, length, total);
        }

        DecodingState decoding(@Nullable PrefixCache prefixes) {
            OptionalInt positions = model.positions();
            if (total > positions.orElse(Integer.MAX_VALUE)) {
                logger.warn(
                        "Texts of {} tokens are asked for, but the model has {} positions. Beyond"
                                + " them answers get worse, or fail where each position has a row"
                                + " of a table. Set max_new_tokens to {} or less.",
                        total,
                        positions.orElseThrow(),
                        Math.max(1, positions.orElseThrow() - length));
            }
            return new DecodingState(model, prompts, config, total, prefixes);
        }

        /** The decoder's text of each prompt. */
        List<GrowingRow> rows() {
            List<GrowingRow> rows = new ArrayList<>();
            long[][] mask = prompts.mask(config.tokens());
            for (int row = 0; row < prompts.rows(); row++) {
                if (model.isEncoderDecoder()) {
                    rows.add(GrowingRow.of(new long[] {config.tokens().start()}, 0, total));
                } else {
                    if (mask != null) {
                        requireTokenAtTheEnd(mask[row]);
                    }
                    int padding = 0;
                    while (mask != null && mask[row][padding] == 0) {
                        padding++;
                    }
                    rows.add(GrowingRow.of(prompts.ids(row), padding, total));
                }
            }
            return rows;
        }

        private static void requireTokenAtTheEnd(long[] mask) {
            if (mask[mask.length - 1] == 0) {
                throw new IllegalArgumentException(
                        "A prompt ends with padding (mask "
                                + Arrays.toString(mask)
                                + "), which its answer would follow. Pad on the left.");
            }
        }
    }
}
