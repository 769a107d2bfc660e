package io.github.peft4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.text.LabeledTextReader;
import io.github.peft4j.task.data.text.TextDataset;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchTrainingTest {

    private static final Path CHECKPOINT = Golden.path("models/bert-base");

    @TempDir private Path folder;

    @Test
    void isWatchedAndResumed() throws IOException {
        Path texts = folder.resolve("texts.tsv");
        Files.writeString(
                texts, "text\tlabel\nthe old town\ta\na river\tb\nthe house\ta\none boat\tb\n");
        TextDataset rows = LabeledTextReader.tsv().build().read(texts);
        LoadOptions labels = LoadOptions.builder().optLabels(rows.labels()).build();
        LoraConfig config = LoraConfig.builder().optTaskType(TaskType.SEQ_CLS).optR(2).build();
        try (TransformerModel base = Transformers.load(CHECKPOINT, TaskType.SEQ_CLS, labels);
                Tokenizer tokenizer = Tokenizer.fromPretrained(CHECKPOINT)) {
            TokenDataset examples = TokenDataset.of(tokenizer, rows, EncodeOptions.DEFAULT);
            try (PeftModel model = PeftModels.getPeftModel(base, config)) {
                TrainingResult result = WatchTraining.train(model, examples, examples, folder);

                assertThat(result.steps()).isEqualTo(3);
                assertThat(result.bestMetric()).isPresent();
            }
            assertThat(folder.resolve("history.csv")).content().contains(",eval_f1_macro,");
            assertThat(folder.resolve("tensorboard")).isDirectoryContaining(path -> true);
            try (PeftModel model = PeftModels.getPeftModel(base, config)) {
                TrainingResult result = WatchTraining.ownFigure(model, examples, examples);

                assertThat(result.bestMetric().getAsDouble()).isPositive();
            }
        }
    }
}
