package io.github.peft4j.examples.quickstart;

import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.modality.nlp.translator.TextClassificationServingTranslator;
import ai.djl.translate.TranslateException;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.task.generate.GenerationResult;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.PromptBatch;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.route.AdapterRouter;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.translate.TextClassificationTranslator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many adapters over one base, each request its own. */
public final class ServeMany {

    private ServeMany() {}

    /** A router for three adapters, which are read when they are first asked for. */
    public static AdapterRouter open(PeftModel model, Path moods, Path topics, Path urgency) {
        // snippet: many-router
        AdapterRouter router = AdapterRouter.builder(model).optMemory(512L << 20).build();
        router.register("moods", moods);
        router.register("topics", topics);
        router.register("urgency", urgency);
        // end
        return router;
    }

    /** Asks one adapter from 16 threads. */
    public static List<Classifications> classify(
            AdapterRouter router,
            PeftModel model,
            Tokenizer tokenizer,
            String name,
            List<String> texts)
            throws IOException, InterruptedException, ExecutionException {
        List<Future<Classifications>> answers = new ArrayList<>();
        // snippet: many-name
        TextClassificationTranslator translator =
                TextClassificationTranslator.builder(tokenizer, model.base())
                        .optLabels(router.labels(name))
                        .build();
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try (Predictor<String, Classifications> predictor = router.predictor(name, translator)) {
            for (String text : texts) {
                answers.add(threads.submit(() -> predictor.predict(text)));
            }
            return results(answers);
        } finally {
            threads.shutdown();
        }
        // end
    }

    private static List<Classifications> results(List<Future<Classifications>> answers)
            throws InterruptedException, ExecutionException {
        List<Classifications> results = new ArrayList<>();
        for (Future<Classifications> answer : answers) {
            results.add(answer.get());
        }
        return results;
    }

    /** A predictor that reads the adapter's name from a property of each input. */
    public static Predictor<Input, Output> byProperty(
            AdapterRouter router, PeftModel model, Tokenizer tokenizer) {
        // snippet: many-property
        return router.predictorByProperty(
                "adapter",
                name ->
                        new TextClassificationServingTranslator(
                                TextClassificationTranslator.builder(tokenizer, model.base())
                                        .optLabels(labels(router, name))
                                        .build()));
        // end
    }

    private static List<String> labels(AdapterRouter router, String name) {
        try {
            return router.labels(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The answer to a request that names its adapter. */
    public static String ask(Predictor<Input, Output> predictor, String name, String text)
            throws TranslateException {
        // snippet: many-ask
        Input input = new Input();
        input.add("data", text);
        input.addProperty("adapter", name);
        return predictor.predict(input).getData().getAsString();
        // end
    }

    /** Continues two prompts in one batch, each with its own adapter. */
    public static GenerationResult write(PeftModel model, long[] first, long[] second) {
        // snippet: many-generate
        RowActivation rows = RowActivation.of(List.of("letters", RowActivation.BASE));
        Generator generator = Generator.of(model, rows);
        long[][] ids = {first, second};
        GenerationConfig config = GenerationConfig.builder().optMaxNewTokens(8).build();
        return generator.generate(PromptBatch.of(ids), config);
        // end
    }
}
