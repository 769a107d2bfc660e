package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainedPassportsTest {

    @TempDir private Path folder;

    private static TrainingArguments arguments() {
        return TrainingArguments.builder().optLearningRate(1e-3).optEpochs(1).build();
    }

    @Test
    void handsArgumentsAndFiguresToTheFolderAndItsCard() throws IOException {
        try (TransformerModel base = ToyModels.base();
                PeftModel model = ToyModels.lora(base)) {
            new PeftTrainer(model, arguments()).fit(ToyTokens.of(16, 1), ToyTokens.of(8, 2));
            model.savePretrained(folder);
        }

        AdapterPassport passport = AdapterPassport.read(folder).orElseThrow();
        assertThat(passport.trainingArguments())
                .containsEntry("learning_rate", 1e-3)
                .containsKey("num_train_epochs");
        assertThat(passport.trainingMetrics()).containsKeys("steps", "train_loss", "eval_loss");
        assertThat(Files.readString(folder.resolve("README.md")))
                .contains(
                        "- Task: SEQ_CLS\n",
                        "- Labels: LABEL_0, LABEL_1, LABEL_2\n",
                        "| train_loss | " + passport.trainingMetrics().get("train_loss") + " |\n",
                        "AdapterFolder.load(adapter, Path.of(",
                        "AutoPeftModelForSequenceClassification.from_pretrained(\"this-folder\","
                                + " num_labels=3)");
    }

    @Test
    void warnsOfAFreshHeadThatDoesNotTrain() throws IOException {
        PrintStream before = System.err;
        ByteArrayOutputStream logged = new ByteArrayOutputStream();
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
        LoadOptions three = LoadOptions.builder().optLabels("a", "b", "c").build();
        try (TransformerModel base =
                        Transformers.load(
                                Golden.path("models/bert-base"), TaskType.SEQ_CLS, three);
                PeftModel model =
                        PeftModels.getPeftModel(base, LoraConfig.builder().optR(2).build())) {
            new PeftTrainer(model, arguments()).fit(ToyTokens.of(4, 1), (ToyTokens) null);
        } finally {
            System.setErr(before);
        }

        assertThat(logged.toString(StandardCharsets.UTF_8))
                .contains("Adapter 'default' does not train [classifier.")
                .contains("Name the module in modules_to_save (\"classifier\")");
    }
}
