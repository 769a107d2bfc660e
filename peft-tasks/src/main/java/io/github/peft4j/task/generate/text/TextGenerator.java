package io.github.peft4j.task.generate.text;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.folder.AdapterBase;
import io.github.peft4j.task.folder.AdapterTokenizer;
import io.github.peft4j.task.folder.UntrainedHead;
import io.github.peft4j.task.generate.GenerationResult;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.PromptBatch;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.PaddingStrategy;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Text in, text out: encodes prompts or conversations, generates with a model, and decodes what it
 * wrote.
 *
 * <pre>{@code
 * try (TextGenerator generator = TextGenerator.fromPretrained(checkpoint)) {
 *     String text = generator.generate("The boats came back");
 *     generator.chat(List.of(new ChatMessage("user", "Who paid?")), System.out::print);
 * }
 * }</pre>
 *
 * <p>Any number of threads may generate with one at the same time; each generation runs with the
 * adapters that were active when it began. Close it after all of them have ended: it then frees
 * what {@link #fromPretrained} loaded. What a builder was given stays open and is its caller's to
 * close.
 */
public final class TextGenerator implements AutoCloseable {

    private final Tokenizer tokenizer;
    private final Generator generator;
    private final GenerationConfig config;
    private final EncodeOptions encoding;
    private final @Nullable Side paddingSide;
    private final ImmutableList<Runnable> owned;

    private TextGenerator(Builder builder, ImmutableList<Runnable> owned) {
        tokenizer = builder.tokenizer;
        generator = builder.generator.withTokenizer(builder.tokenizer);
        config = builder.config;
        encoding = builder.encoding;
        paddingSide = builder.paddingSide;
        this.owned = owned;
    }

    /**
     * Loads a checkpoint's model, tokenizer and generation config.
     *
     * @param directory config.json, *.safetensors, tokenizer.json
     * @throws IOException if a file is missing, broken, or does not fit the config
     */
    public static TextGenerator fromPretrained(Path directory) throws IOException {
        return load(directory, null);
    }

    /**
     * Loads a checkpoint with an adapter, which is active.
     *
     * @param directory config.json, *.safetensors, tokenizer.json
     * @param adapter adapter_config.json and its weights
     * @throws IOException if a file is missing, broken, or does not fit the config
     */
    public static TextGenerator fromPretrained(Path directory, Path adapter) throws IOException {
        return load(directory, adapter);
    }

    private static TextGenerator load(Path directory, @Nullable Path adapter) throws IOException {
        GenerationConfig config = GenerationConfig.fromPretrained(directory);
        Tokenizer tokenizer =
                adapter == null
                        ? Tokenizer.fromPretrained(directory)
                        : AdapterTokenizer.load(directory, adapter);
        TransformerModel base = null;
        PeftModel model = null;
        try {
            base =
                    adapter == null
                            ? Transformers.load(directory, task(directory))
                            : AdapterBase.of(adapter)
                                    .load(directory, task(directory), LoadOptions.DEFAULT);
            model = adapter == null ? null : withAdapter(base, adapter);
            UntrainedHead.refuse(base, model, "");
            Generator generator = model == null ? Generator.of(base) : Generator.of(model);
            ImmutableList<Runnable> owned =
                    model == null
                            ? ImmutableList.of(base::close, tokenizer::close)
                            : ImmutableList.of(model::close, base::close, tokenizer::close);
            return builder(tokenizer, generator, config).build(owned);
        } catch (IOException | RuntimeException e) {
            if (model != null) {
                model.close();
            }
            if (base != null) {
                base.close();
            }
            tokenizer.close();
            throw e;
        }
    }

    private static PeftModel withAdapter(TransformerModel base, Path adapter) throws IOException {
        return PeftModels.fromPretrained(
                base, adapter, PeftModel.DEFAULT_ADAPTER, LoadAdapterOptions.EFFECTIVE);
    }

    /**
     * The task whose head writes text: that of a decoder, or of an encoder and a decoder.
     *
     * @throws IOException if the directory has no readable config.json
     */
    public static TaskType task(Path directory) throws IOException {
        return PretrainedConfig.read(directory).flag("is_encoder_decoder", false)
                ? TaskType.SEQ_2_SEQ_LM
                : TaskType.CAUSAL_LM;
    }

    /**
     * Starts with parts that stay their caller's to close.
     *
     * @param generator of the model
     * @param config for instance {@code GenerationConfig.fromPretrained(checkpoint)}
     */
    public static Builder builder(
            Tokenizer tokenizer, Generator generator, GenerationConfig config) {
        return new Builder(tokenizer, generator, config);
    }

    /** Encodes a prompt as {@link #generate(String)} does. */
    public TextPrompt prompt(String text) {
        return TextPrompt.of(tokenizer, text, encoding);
    }

    /**
     * Writes a conversation by the checkpoint's chat template and encodes it.
     *
     * @throws IllegalStateException if the checkpoint has no chat template
     * @throws IllegalArgumentException if there is no message, or the template refuses them
     */
    public TextPrompt prompt(List<ChatMessage> messages) {
        return TextPrompt.of(tokenizer, messages);
    }

    /**
     * Checks a prompt without generating: before long work that one prompt would stop.
     *
     * @throws IllegalArgumentException if it is longer than the model's positions or the config's
     *     {@code max_length}
     */
    public void check(TextPrompt prompt) {
        generator.check(batch(List.of(prompt)), config);
    }

    /**
     * Gives what the model writes after a prompt.
     *
     * @throws IllegalArgumentException if the prompt has no token, or is longer than the model's
     *     positions or the config's {@code max_length}
     */
    public String generate(String prompt) {
        return generateAll(List.of(prompt)).get(0);
    }

    /**
     * Gives what the model writes after each prompt; all are generated as one batch.
     *
     * @return one text a prompt, in their order
     * @throws IllegalArgumentException as {@link #generate(String)}
     */
    public List<String> generateAll(List<String> prompts) {
        return generatePrompts(prompts.stream().map(this::prompt).toList()).stream()
                .map(GeneratedText::text)
                .collect(ImmutableList.toImmutableList());
    }

    /**
     * Gives tokens and text of what the model writes after each prompt. Prompts whose answers end
     * with the same tokens are generated as one batch: texts in one, conversations in another.
     */
    public List<GeneratedText> generatePrompts(List<TextPrompt> prompts) {
        Map<Set<Integer>, List<Integer>> batches = new LinkedHashMap<>();
        for (int i = 0; i < prompts.size(); i++) {
            batches.computeIfAbsent(prompts.get(i).ends(), ends -> new ArrayList<>()).add(i);
        }
        GeneratedText[] texts = new GeneratedText[prompts.size()];
        batches.forEach(
                (ends, rows) -> {
                    PromptBatch batch = batch(rows.stream().map(prompts::get).toList());
                    GenerationResult result = generator.withEnds(ends).generate(batch, config);
                    for (int row = 0; row < rows.size(); row++) {
                        ImmutableLongArray ids = result.newTokens(row);
                        texts[rows.get(row)] =
                                new GeneratedText(ids, tokenizer.decode(ids.toArray(), true));
                    }
                });
        return ImmutableList.copyOf(texts);
    }

    /**
     * Hands over a text while the model writes it.
     *
     * @param pieces told in this thread, as soon as a piece of whole characters is there; beam
     *     search, which may change its mind, tells all at its end
     * @return the whole text: all pieces joined
     * @throws IllegalArgumentException as {@link #generate(String)}
     */
    public String generate(String prompt, Consumer<String> pieces) {
        return generate(prompt(prompt), pieces).text();
    }

    /**
     * Hands over a text while the model writes it, and gives its tokens too.
     *
     * @param pieces as {@link #generate(String, Consumer)} tells them
     */
    public GeneratedText generate(TextPrompt prompt, Consumer<String> pieces) {
        StringBuilder text = new StringBuilder();
        TextStreamer streamer =
                new TextStreamer(
                        tokenizer,
                        piece -> {
                            text.append(piece);
                            pieces.accept(piece);
                        });
        GenerationResult result =
                generator
                        .withEnds(prompt.ends())
                        .generate(batch(List.of(prompt)), config, streamer);
        ImmutableLongArray ids = result.newTokens(0);
        if (config.beams().numBeams() > 1) {
            ids.forEach(streamer::put);
        }
        streamer.end();
        return new GeneratedText(ids, text.toString());
    }

    /**
     * Answers a conversation. The answer ends where the generation config says, and at the end of
     * its turn: at the tokenizer's {@code eos_token} or what the template writes behind an answer.
     *
     * @throws IllegalStateException if the checkpoint has no chat template
     * @throws IllegalArgumentException if there is no message, the template refuses them, or the
     *     conversation is longer than the model's positions or the config's {@code max_length}
     */
    public String chat(List<ChatMessage> messages) {
        return generatePrompts(List.of(prompt(messages))).get(0).text();
    }

    /**
     * Answers a conversation, and hands the answer over while the model writes it.
     *
     * @param pieces as {@link #generate(String, Consumer)} tells them
     * @return the whole answer
     */
    public String chat(List<ChatMessage> messages, Consumer<String> pieces) {
        return generate(prompt(messages), pieces).text();
    }

    private PromptBatch batch(List<TextPrompt> prompts) {
        // The mask says what is padding, so any token does where the tokenizer names none.
        int pad = tokenizer.specialId("pad_token").orElse(0);
        return PromptBatch.padded(
                prompts.stream().map(prompt -> prompt.ids().toArray()).toList(),
                pad,
                paddingSide == null ? generator.paddingSide() : paddingSide);
    }

    /** Frees what {@link #fromPretrained} loaded. */
    @Override
    public void close() {
        owned.forEach(Runnable::run);
    }

    /** Collects options; {@link #build} checks them. */
    public static final class Builder {

        private final Tokenizer tokenizer;
        private final Generator generator;
        private final GenerationConfig config;
        private EncodeOptions encoding = EncodeOptions.DEFAULT;
        private @Nullable Side paddingSide;

        private Builder(Tokenizer tokenizer, Generator generator, GenerationConfig config) {
            this.tokenizer = tokenizer;
            this.generator = generator;
            this.config = config;
        }

        /**
         * How a text becomes tokens: which special tokens are added, and where it is cut. Default
         * {@link EncodeOptions#DEFAULT}. They must not pad, since a batch is padded to its longest
         * prompt. A conversation is written whole, as its template says.
         */
        public Builder optEncoding(EncodeOptions options) {
            encoding = options;
            return this;
        }

        /**
         * Where the shorter prompts of a batch are filled up. Default: LEFT for a decoder, which
         * needs it, and RIGHT for an encoder and a decoder, which are trained so.
         */
        public Builder optPaddingSide(Side side) {
            paddingSide = side;
            return this;
        }

        /**
         * The generator.
         *
         * @throws IllegalArgumentException if the config asks for several texts a prompt, or the
         *     encoding pads
         */
        public TextGenerator build() {
            return build(ImmutableList.of());
        }

        private TextGenerator build(ImmutableList<Runnable> owned) {
            int texts = config.beams().numReturnSequences();
            if (texts != 1) {
                throw new IllegalArgumentException(
                        "num_return_sequences is %d, but this gives one text a prompt."
                                        .formatted(texts)
                                + " Set it to 1, or call Generator.generate.");
            }
            if (encoding.padding() != PaddingStrategy.NONE) {
                throw new IllegalArgumentException(
                        "The padding of the encoding is %s, but prompts are padded as a batch."
                                        .formatted(encoding.padding())
                                + " Leave it at NONE.");
            }
            return new TextGenerator(this, owned);
        }
    }
}
