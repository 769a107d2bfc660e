package io.github.peft4j.examples.quickstart;

import ai.djl.ModelException;
import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import io.github.peft4j.PeftModel;
import io.github.peft4j.task.serve.PeftModelZoo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A checkpoint with an adapter, served as DJL serves models. */
public final class ServeTexts {

    private ServeTexts() {}

    /** Classifies texts. */
    public static List<Classifications> classify(Path checkpoint, Path adapter, List<String> texts)
            throws IOException, ModelException, TranslateException {
        // snippet: serve
        Criteria<String, Classifications> criteria =
                Criteria.builder()
                        .setTypes(String.class, Classifications.class)
                        .optModelZoo(new PeftModelZoo(checkpoint))
                        .optArgument("task", "SEQ_CLS")
                        .optArgument("adapter", adapter)
                        .build();
        try (ZooModel<String, Classifications> model = criteria.loadModel();
                Predictor<String, Classifications> predictor = model.newPredictor()) {
            return predictor.batchPredict(texts);
        }
        // end
    }

    /** Continues a prompt, with the adapter's weights merged in. */
    public static String write(Path checkpoint, Path adapter, String prompt)
            throws IOException, ModelException, TranslateException {
        // snippet: serve-generation
        Criteria<String, String> criteria =
                Criteria.builder()
                        .setTypes(String.class, String.class)
                        .optModelZoo(new PeftModelZoo(checkpoint))
                        .optArgument("task", "CAUSAL_LM")
                        .optArgument("adapter", adapter)
                        .optArgument("merge", true)
                        .optArgument("generation.max_new_tokens", 20)
                        .optArgument("generation.do_sample", false)
                        .build();
        // end
        try (ZooModel<String, String> model = criteria.loadModel();
                Predictor<String, String> predictor = model.newPredictor()) {
            return predictor.predict(prompt);
        }
    }

    /** Asks two adapters about one text. */
    public static List<Classifications> compare(
            Path checkpoint, Path tweets, Path films, String text)
            throws IOException, ModelException, TranslateException {
        Criteria<String, Classifications> criteria =
                Criteria.builder()
                        .setTypes(String.class, Classifications.class)
                        .optModelZoo(new PeftModelZoo(checkpoint))
                        .optArgument("adapter", "tweets=" + tweets + ",films=" + films)
                        .build();
        // snippet: serve-switch
        try (ZooModel<String, Classifications> model = criteria.loadModel();
                Predictor<String, Classifications> predictor = model.newPredictor()) {
            Classifications first = predictor.predict(text);
            ((PeftModel) model.getBlock()).setAdapter("films");
            return List.of(first, predictor.predict(text));
        }
        // end
    }
}
