package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.inspect.AdapterInspection;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.TokenPairs;
import io.github.peft4j.task.data.text.LabeledTextReader;
import io.github.peft4j.task.data.text.TextPair;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.translate.Pooling;
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
import java.util.List;
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
    void namesTheDataInTheFolderAndItsCard() throws IOException {
        Path table = folder.resolve("reviews.tsv");
        Files.writeString(table, "label\ttext\na\tone\nb\ttwo\nc\tthree\n");
        try (TransformerModel base =
                        Transformers.load(Golden.path("models/bert-seqcls"), TaskType.SEQ_CLS);
                Tokenizer tokenizer =
                        Tokenizer.fromPretrained(Folders.resource("golden/tokenizers/bert"));
                PeftModel model =
                        PeftModels.getPeftModel(
                                base, LoraConfig.builder().optTaskType(TaskType.SEQ_CLS).build())) {
            TokenDataset examples =
                    TokenDataset.of(
                            tokenizer,
                            LabeledTextReader.tsv().build().read(table),
                            EncodeOptions.DEFAULT);
            new PeftTrainer(model, arguments()).fit(examples, examples);
            model.savePretrained(folder.resolve("read"));
            PeftTrainer.builder(model, arguments())
                    .optDataName("my\nreviews")
                    .build()
                    .fit(examples, examples);
            model.savePretrained(folder.resolve("given"));
        }

        AdapterPassport passport = AdapterPassport.read(folder.resolve("read")).orElseThrow();
        assertThat(passport.trainingData()).hasValue("reviews.tsv");
        assertThat(passport.trainingDataDigest().orElseThrow()).matches("sha256:[0-9a-f]{64}");
        assertThat(AdapterInspection.of(folder.resolve("read")).toString())
                .contains("data digest = \"" + passport.trainingDataDigest().orElseThrow());
        assertThat(passport.labels()).containsExactly("a", "b", "c");
        assertThat(passport.trainingMetrics()).containsEntry("train_samples", 3L);
        assertThat(Files.readString(folder.resolve("read/README.md")))
                .contains("\n- Training data: reviews.tsv, 3 examples\n");
        assertThat(Files.readString(folder.resolve("given/README.md")))
                .contains("\n- Training data: my reviews, 3 examples\n");
    }

    @Test
    void namesThePoolingThatWasTrained() throws IOException {
        LoraConfig config =
                LoraConfig.builder().optTaskType(TaskType.FEATURE_EXTRACTION).optR(2).build();
        Path checkpoint = Golden.path("models/bert-sentence");
        try (TransformerModel base = Transformers.load(checkpoint);
                Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint);
                PeftModel model = PeftModels.getPeftModel(base, config)) {
            TokenPairs pairs =
                    TokenPairs.of(
                            tokenizer,
                            List.of(new TextPair("one", "two"), new TextPair("three", "four")),
                            EncodeOptions.DEFAULT);
            PeftTrainer.builder(model, TrainingArguments.builder().optEpochs(1).build())
                    .optObjective(new InBatchNegatives())
                    .build()
                    .fit(pairs, null);

            assertThat(model.passport("default").pooling()).hasValue(Pooling.MEAN.name());
        }
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
