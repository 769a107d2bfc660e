package io.github.peft4j.task.translate;

import ai.djl.ndarray.NDList;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.text.GeneratedText;
import io.github.peft4j.task.generate.text.TextGenerator;
import io.github.peft4j.task.generate.text.TextPrompt;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prompts to what a language model writes after them, for a {@code Predictor<String, String>}.
 *
 * <p>A text takes many passes, and a {@code Predictor} makes one. So this translator gives it
 * nothing to run, and generates where other translators only read the outputs: the time counts as
 * postprocessing in DJL's metrics. A list of prompts is generated as one batch. To get a text piece
 * by piece, use {@link TextGenerator}.
 *
 * <p>Immutable, and shared between threads as {@link TextClassificationTranslator} is.
 */
public final class TextGenerationTranslator implements Translator<String, String> {

    private static final String PROMPTS = "peft4j.prompts";

    private final TextGenerator generator;
    private final boolean chat;

    /** Prompts, token by token, until their answers are asked for. */
    private record Prompts(ImmutableList<TextPrompt> rows) {}

    private TextGenerationTranslator(TextGenerator generator, boolean chat) {
        this.generator = generator;
        this.chat = chat;
    }

    /**
     * Starts with prompts that are taken as they are.
     *
     * @param generator of the model; the block of DJL's model is not called
     * @param config for instance {@code GenerationConfig.fromPretrained(checkpoint)}
     */
    public static Builder builder(
            Tokenizer tokenizer, Generator generator, GenerationConfig config) {
        return new Builder(tokenizer, generator, config);
    }

    /** One input is a batch of one row. */
    @Override
    public Batchifier getBatchifier() {
        return new RowsAsBatch();
    }

    @Override
    public NDList processInput(TranslatorContext ctx, String input) {
        return batchProcessInput(ctx, ImmutableList.of(input));
    }

    @Override
    public NDList batchProcessInput(TranslatorContext ctx, List<String> inputs) {
        ctx.setAttachment(
                PROMPTS,
                new Prompts(
                        inputs.stream()
                                .map(this::encode)
                                .collect(ImmutableList.toImmutableList())));
        return new NDList();
    }

    private TextPrompt encode(String input) {
        return chat
                ? generator.prompt(ImmutableList.of(new ChatMessage("user", input)))
                : generator.prompt(input);
    }

    @Override
    public String processOutput(TranslatorContext ctx, NDList list) {
        return batchProcessOutput(ctx, list).get(0);
    }

    @Override
    public List<String> batchProcessOutput(TranslatorContext ctx, NDList list) {
        List<TextPrompt> rows = ((Prompts) ctx.getAttachment(PROMPTS)).rows();
        return generator.generatePrompts(rows).stream()
                .map(GeneratedText::text)
                .collect(ImmutableList.toImmutableList());
    }

    /** Collects options; {@link #build} checks them. */
    public static final class Builder {

        private final Tokenizer tokenizer;
        private final Generator generator;
        private final GenerationConfig config;
        private boolean chat;
        private @Nullable Side paddingSide;

        private Builder(Tokenizer tokenizer, Generator generator, GenerationConfig config) {
            this.tokenizer = tokenizer;
            this.generator = generator;
            this.config = config;
        }

        /**
         * Whether an input is what a user says, so that it goes through the checkpoint's chat
         * template; default false.
         */
        public Builder optChat(boolean value) {
            chat = value;
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
         * The translator.
         *
         * @throws IllegalArgumentException if the config asks for several texts a prompt
         * @throws IllegalStateException if chat is on and the checkpoint has no chat template
         */
        public TextGenerationTranslator build() {
            if (chat) {
                tokenizer.chatTemplate();
            }
            TextGenerator.Builder texts = TextGenerator.builder(tokenizer, generator, config);
            if (paddingSide != null) {
                texts.optPaddingSide(paddingSide);
            }
            return new TextGenerationTranslator(texts.build(), chat);
        }
    }
}
