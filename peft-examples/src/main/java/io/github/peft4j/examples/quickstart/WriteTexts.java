package io.github.peft4j.examples.quickstart;

import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.prefix.PrefixCache;
import io.github.peft4j.task.generate.text.TextGenerator;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A language model with an adapter writes texts. */
public final class WriteTexts {

    private WriteTexts() {}

    /** Continues prompts, as one batch. */
    public static List<String> complete(Path checkpoint, Path adapter, List<String> prompts)
            throws IOException {
        // snippet: generate
        try (TextGenerator generator = TextGenerator.fromPretrained(checkpoint, adapter)) {
            return generator.generateAll(prompts);
        }
        // end
    }

    /** Answers a question, and prints the answer while the model writes it. */
    public static String answer(Path checkpoint, String question) throws IOException {
        // snippet: chat
        try (TextGenerator generator = TextGenerator.fromPretrained(checkpoint)) {
            return generator.chat(List.of(new ChatMessage("user", question)), System.out::print);
        }
        // end
    }

    /** Continues a prompt with other settings than the checkpoint's. */
    public static String complete(
            Path checkpoint, Tokenizer tokenizer, Generator model, String prompt)
            throws IOException {
        // snippet: generate-settings
        GenerationConfig config =
                GenerationConfig.fromPretrained(checkpoint).toBuilder()
                        .optMaxNewTokens(40)
                        .optNumBeams(4)
                        .build();
        TextGenerator generator = TextGenerator.builder(tokenizer, model, config).build();
        return generator.generate(prompt);
        // end
    }

    /** Answers questions about one long text, which is computed once. */
    public static List<String> answerAll(
            Tokenizer tokenizer,
            Generator model,
            GenerationConfig config,
            String text,
            List<String> questions) {
        List<String> answers = new ArrayList<>();
        // snippet: generate-prefix
        try (PrefixCache beginnings = PrefixCache.ofBytes(256 << 20)) {
            Generator remembering = model.withPrefixCache(beginnings);
            TextGenerator generator = TextGenerator.builder(tokenizer, remembering, config).build();
            for (String question : questions) {
                answers.add(generator.generate(text + question));
            }
        }
        // end
        return answers;
    }
}
