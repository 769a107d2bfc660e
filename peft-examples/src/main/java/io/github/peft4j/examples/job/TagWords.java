package io.github.peft4j.examples.job;

import ai.djl.modality.nlp.translator.NamedEntity;
import ai.djl.translate.TranslateException;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.data.tagging.TaggedDataset;
import io.github.peft4j.task.data.tagging.TaggedTextReader;
import io.github.peft4j.task.data.tagging.TaggedTokens;
import io.github.peft4j.task.folder.AdapterFolder;
import io.github.peft4j.task.serve.FolderPredictor;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Entities in texts, learned from a CoNLL file: a word and its tag a line. */
public final class TagWords {

    private TagWords() {}

    /**
     * Trains.
     *
     * @param checkpoint Hugging Face directory
     * @param train CoNLL file; {@code test} has no labels that it lacks
     * @param adapter where the adapter goes
     */
    public static void train(Path checkpoint, Path train, Path test, Path adapter)
            throws IOException {
        // snippet: job-tag-train
        TaggedDataset known = TaggedTextReader.conll().read(train);
        String[] names = known.labels().toArray(new String[0]);
        TaggedDataset held = TaggedTextReader.conll().withLabels(names).read(test);
        LoadOptions labels = LoadOptions.builder().optLabels(names).build();
        EncodeOptions length = EncodeOptions.truncatedTo(128);
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint);
                TransformerModel base = Transformers.load(checkpoint, TaskType.TOKEN_CLS, labels);
                PeftModel model =
                        PeftModels.getPeftModel(
                                base,
                                LoraConfig.builder()
                                        .optTaskType(TaskType.TOKEN_CLS)
                                        .optLoraAlpha(16)
                                        .build())) {
            TrainingArguments arguments =
                    TrainingArguments.builder()
                            .optEpochs(5)
                            .optPerDeviceTrainBatchSize(32)
                            .optLearningRate(2e-3)
                            .build();
            new PeftTrainer(model, arguments)
                    .fit(
                            TaggedTokens.of(tokenizer, known.rows(), known.labels(), length),
                            TaggedTokens.of(tokenizer, held.rows(), known.labels(), length));
            model.savePretrained(adapter);
        }
        // end
    }

    /** The entities of a text. */
    public static NamedEntity[] ask(Path adapter, String text)
            throws IOException, TranslateException {
        // snippet: job-tag-ask
        try (AdapterFolder folder = AdapterFolder.load(adapter);
                FolderPredictor<String, NamedEntity[]> predictor =
                        FolderPredictor.of(
                                folder,
                                String.class,
                                NamedEntity[].class,
                                Map.of("aggregation", "FIRST"))) {
            return predictor.predict(text);
        }
        // end
    }
}
