package io.github.peft4j.examples.job;

import ai.djl.modality.nlp.qa.QAInput;
import ai.djl.translate.TranslateException;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.data.qa.Question;
import io.github.peft4j.task.data.qa.QuestionWindows;
import io.github.peft4j.task.data.qa.SquadReader;
import io.github.peft4j.task.folder.AdapterFolder;
import io.github.peft4j.task.serve.FolderPredictor;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Answers out of a text, learned from a file in SQuAD's form. */
public final class AnswerQuestions {

    private AnswerQuestions() {}

    /**
     * Trains.
     *
     * @param checkpoint Hugging Face directory
     * @param train SQuAD 1.1 or 2.0 JSON, as is {@code dev}
     * @param adapter where the adapter goes
     */
    public static void train(Path checkpoint, Path train, Path dev, Path adapter)
            throws IOException {
        // snippet: job-answer-train
        List<Question> known = new SquadReader().read(train).rows();
        List<Question> held = new SquadReader().read(dev).rows();
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint);
                TransformerModel base = Transformers.load(checkpoint, TaskType.QUESTION_ANS);
                PeftModel model =
                        PeftModels.getPeftModel(
                                base,
                                LoraConfig.builder()
                                        .optTaskType(TaskType.QUESTION_ANS)
                                        .optTargetModules("query", "key", "value", "dense")
                                        .optR(16)
                                        .optLoraAlpha(32)
                                        .build())) {
            TrainingArguments arguments =
                    TrainingArguments.builder()
                            .optEpochs(8)
                            .optPerDeviceTrainBatchSize(16)
                            .optLearningRate(2e-3)
                            .optWarmupRatio(0.1)
                            .build();
            // long texts are cut into windows of 192 tokens that overlap by 64
            new PeftTrainer(model, arguments)
                    .fit(
                            QuestionWindows.of(tokenizer, known, 192, 64),
                            QuestionWindows.of(tokenizer, held, 192, 64));
            model.savePretrained(adapter);
        }
        // end
    }

    /** The answer to a question about a text. */
    public static String ask(Path adapter, String question, String text)
            throws IOException, TranslateException {
        // snippet: job-answer-ask
        try (AdapterFolder folder = AdapterFolder.load(adapter);
                FolderPredictor<QAInput, String> predictor =
                        FolderPredictor.of(folder, QAInput.class, String.class)) {
            return predictor.predict(new QAInput(question, text));
        }
        // end
    }
}
