package io.github.peft4j.task.serve;

import ai.djl.translate.Translator;
import com.google.common.base.Enums;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.task.folder.SentenceModules;
import io.github.peft4j.task.serve.TaskTranslators.Parts;
import io.github.peft4j.task.translate.Pooling;
import io.github.peft4j.task.translate.TextEmbeddingTranslator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Embeddings as the arguments, the adapter's passport or modules.json ask for them. */
final class ServedEmbeddings {

    private static final String POOLING = "pooling";
    private static final String PROMPT = "prompt";

    private ServedEmbeddings() {}

    /** The translator; what it does is said outright, so that it has nothing to ask the folders. */
    static Translator<String, float[]> translator(Parts parts) throws IOException {
        ServingArguments arguments = parts.arguments();
        AdapterPassport passport = arguments.passport();
        List<Path> folders = new ArrayList<>(arguments.adapters().values());
        folders.add(arguments.checkpoint());
        SentenceModules modules = SentenceModules.read(folders);
        if (!arguments.has(POOLING)) {
            requireAlike(arguments, passport);
            if (passport.pooling().isEmpty()) {
                modules.requireApplied(
                        "the arguments pooling (mean, first_token, pooler) and normalize");
            }
        }
        OptionalInt longest = modules.longestText();
        Pooling trained = passport.pooling().map(ServedEmbeddings::pooling).orElse(Pooling.MEAN);
        return TextEmbeddingTranslator.builder(parts.tokenizer())
                .optEncodeOptions(
                        longest.isPresent() && parts.length().isEmpty()
                                ? Parts.cut(longest.getAsInt())
                                : parts.cut())
                .optPooling(arguments.choice(POOLING, Pooling.class, trained))
                .optNormalize(arguments.flag("normalize", passport.normalize().orElse(false)))
                .optPrompt(prompt(arguments, passport, modules))
                .build();
    }

    /** Refuses adapters that were trained for different vectors. */
    private static void requireAlike(ServingArguments arguments, AdapterPassport first)
            throws IOException {
        for (Map.Entry<String, Path> adapter : arguments.adapters().entrySet()) {
            AdapterPassport other =
                    AdapterPassport.read(adapter.getValue()).orElse(AdapterPassport.EMPTY);
            if (!other.pooling().equals(first.pooling())
                    || !other.normalize().equals(first.normalize())) {
                throw new IllegalArgumentException(
                        "Adapter '%s' was trained with another pooling than the first one. Serve it on its own, or set the arguments pooling and normalize for all."
                                .formatted(adapter.getKey()));
            }
        }
    }

    /** The text of the prompt that is named, or else of the one that is usual. */
    private static String prompt(
            ServingArguments arguments, AdapterPassport passport, SentenceModules modules) {
        Map<String, String> own = passport.prompts();
        Map<String, String> prompts = own.isEmpty() ? modules.prompts() : own;
        Optional<String> name = arguments.text(PROMPT);
        if (name.isPresent()) {
            Map<String, String> all =
                    ImmutableMap.<String, String>builder()
                            .put("", "")
                            .putAll(prompts)
                            .buildKeepingLast();
            String text = all.get(name.orElseThrow());
            if (text == null) {
                throw new IllegalArgumentException(
                        "The argument prompt is '%s'. It must be the name of a prompt of the adapter or checkpoint, one of %s, or empty for none."
                                .formatted(name.orElseThrow(), prompts.keySet()));
            }
            return text;
        }
        if (own.values().stream().anyMatch(text -> !text.isEmpty())) {
            throw new IllegalArgumentException(
                    "The adapter was trained with texts in front of what is embedded: %s. Set the argument prompt to the name of one, or to an empty text for none."
                            .formatted(own));
        }
        return modules.usualPrompt().orElse("");
    }

    private static Pooling pooling(String name) {
        return Enums.getIfPresent(Pooling.class, name)
                .toJavaUtil()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "The adapter's passport has pooling = %s. It must be one of %s. Correct it, or set the argument pooling."
                                                .formatted(
                                                        name, Arrays.toString(Pooling.values()))));
    }
}
