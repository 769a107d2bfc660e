package io.github.peft4j.task.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.nlp.translator.NamedEntity;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.generation.PlainTexts;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

/** Models get the inputs of their family, by name, whatever the tokenizer's files leave out. */
class InputsByNameTest {

    private static final ImmutableList<String> TEXTS =
            ImmutableList.of("the quick brown fox", "hello");

    @TempDir Path folder;

    private <O> List<O> ask(String task, Class<O> output) throws Exception {
        Criteria<String, O> criteria =
                Criteria.builder()
                        .setTypes(String.class, output)
                        .optModelZoo(new PeftModelZoo(folder))
                        .optArgument("task", task)
                        .build();
        try (var model = criteria.loadModel();
                Predictor<String, O> predictor = model.newPredictor()) {
            List<O> batch = predictor.batchPredict(TEXTS);
            assertThat(predictor.predict(TEXTS.get(0))).isNotNull();
            return batch;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gpt2-seqcls, gpt2, gpt2-classes-without-input-names,"
                + " 0.146619 0.664385 0.188997, 0.154552 0.690841 0.154607",
        "bart-seqcls, roberta, bart-classes-without-input-names,"
                + " 0.032445 0.130843 0.836711, 0.108114 0.794666 0.09722"
    })
    void servesClasses(String model, String tokenizer, String report, String first, String second)
            throws Exception {
        Folders.lay(folder, model, tokenizer, report);

        List<Classifications> found = ask("SEQ_CLS", Classifications.class);

        List<String> expected = List.of(first, second);
        for (int text = 0; text < 2; text++) {
            List<String> row = Splitter.on(' ').splitToList(expected.get(text));
            for (int i = 0; i < 3; i++) {
                assertThat(found.get(text).get("LABEL_" + i).getProbability())
                        .isCloseTo(Double.parseDouble(row.get(i)), within(1e-5));
            }
        }
    }

    @Test
    void servesTags() throws Exception {
        Folders.lay(folder, "gpt2-tokcls", "gpt2", "gpt2-tags-without-input-names");

        NamedEntity[] found = ask("TOKEN_CLS", NamedEntity[].class).get(1);

        assertThat(found)
                .extracting(NamedEntity::getEntity)
                .containsExactly("LABEL_2", "LABEL_1", "LABEL_2");
        float[] scores = {0.7739f, 0.55207f, 0.679f};
        for (int i = 0; i < 3; i++) {
            assertThat(found[i].getScore()).isCloseTo(scores[i], within(1e-4f));
        }
    }

    @ParameterizedTest
    @CsvSource({"the quick brown fox, 8.018998", "hello, 9.720682"})
    void learns(String text, double loss) throws Exception {
        Folders.lay(folder, "gpt2-causal", "gpt2", "gpt2-loss-without-input-names");

        try (TransformerModel base = Transformers.load(folder, TaskType.CAUSAL_LM);
                Tokenizer tokenizer = Tokenizer.fromPretrained(folder);
                PeftModel model =
                        PeftModels.getPeftModel(
                                base,
                                LoraConfig.builder().optTaskType(TaskType.CAUSAL_LM).build())) {
            double found =
                    new PeftTrainer(model, TrainingArguments.builder().build())
                            .evaluate(
                                    PlainTexts.of(tokenizer, List.of(text), EncodeOptions.DEFAULT))
                            .getOrDefault("loss", Double.NaN);

            assertThat(found).isCloseTo(loss, within(loss * 1e-5));
        }
    }

    /** By what Python's classes say where tokenizer_config.json is silent. */
    @ParameterizedTest
    @CsvFileSource(resources = "/tokenizers/input_names.csv", numLinesToSkip = 1)
    void asksTheFamily(String family, String tokenizer, String named, String kind, String inputs)
            throws Exception {
        silent(family, tokenizer, named);

        assertNames(ImmutableSet.copyOf(Splitter.on(' ').split(inputs)));
    }

    @Test
    void sendsNoSegmentsToAFamilyWithoutThemWhateverMakesThem() throws Exception {
        silent("gpt2", "bert", "BertTokenizer");

        assertNames(ImmutableSet.of(ModelInput.INPUT_IDS, ModelInput.ATTENTION_MASK));
    }

    private void silent(String family, String tokenizer, String named) throws Exception {
        Folders.copy(Folders.resource("golden/tokenizers/" + tokenizer), folder);
        Path file = folder.resolve("tokenizer_config.json");
        JsonObject config = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        config.remove("model_input_names");
        config.remove("tokenizer_class");
        if (named != null) {
            config.addProperty("tokenizer_class", named);
        }
        Files.writeString(file, config.toString());
        Files.writeString(
                folder.resolve("config.json"), "{\"model_type\": \"%s\"}".formatted(family));
    }

    private void assertNames(ImmutableSet<String> inputs) throws Exception {
        try (Tokenizer made = Tokenizer.fromPretrained(folder)) {
            assertThat(made.config().modelInputNames()).containsExactlyInAnyOrderElementsOf(inputs);
            assertThat(
                            TokenDataset.unlabeled(
                                            made,
                                            List.of(TextInput.of("a fox")),
                                            EncodeOptions.DEFAULT)
                                    .batch(0)
                                    .columns()
                                    .keySet())
                    .containsExactlyInAnyOrderElementsOf(inputs);
        }
    }

    /** Names count, not places; what a family does not read changes nothing. */
    @ParameterizedTest
    @CsvSource({
        "bart-seqcls, SEQ_CLS", "bert-seqcls, SEQ_CLS", "gpt2-seqcls, SEQ_CLS",
        "roberta-seqcls, SEQ_CLS", "llama-seqcls, SEQ_CLS", "mpnet-sentence, FEATURE_EXTRACTION",
        "deberta-v2-tokcls, TOKEN_CLS", "opt-causal, CAUSAL_LM", "t5-seq2seq, SEQ_2_SEQ_LM",
        "bart-qa, QUESTION_ANS", "qwen3-causal, CAUSAL_LM", "gptneox-causal, CAUSAL_LM",
        "gemma2-causal, CAUSAL_LM", "phi3-causal, CAUSAL_LM", "mistral-causal, CAUSAL_LM"
    })
    void readsArraysByName(String name, TaskType task) throws Exception {
        try (TransformerModel model = Transformers.load(Golden.path("models/" + name), task);
                NDManager manager = NDManager.newBaseManager()) {
            NDArray ids = manager.create(new long[][] {{5, 7, 9, 2}});
            NDArray mask = ids.onesLike();
            NDArray decoded = manager.create(new long[][] {{2, 5}});
            boolean decodes = task == TaskType.SEQ_2_SEQ_LM;
            ModelInput input = ModelInput.of(ids, mask);
            input = decodes ? input.with(ModelInput.DECODER_INPUT_IDS, decoded) : input;
            NDArray expected = model.toList(model.forward(input)).get(0);

            NDList named = new NDList();
            if (decodes) {
                add(named, decoded, ModelInput.DECODER_INPUT_IDS);
            }
            if (!name.startsWith("gpt2")) {
                add(named, ids.zerosLike(), ModelInput.TOKEN_TYPE_IDS);
            }
            add(named, mask, ModelInput.ATTENTION_MASK);
            add(named, ids, ModelInput.INPUT_IDS);

            ModelInput read = model.toInput(named, new NDList());
            assertThat(model.toList(model.forward(read)).get(0)).isEqualTo(expected);
        }
    }

    private static void add(NDList list, NDArray array, String name) {
        NDArray copy = array.duplicate();
        copy.setName(name);
        list.add(copy);
    }

    @ParameterizedTest
    @CsvSource({
        "bert-seqcls, SEQ_CLS", "llama-causal, CAUSAL_LM", "t5-seq2seq, SEQ_2_SEQ_LM",
        "deberta-v2-tokcls, TOKEN_CLS", "gpt2-causal, CAUSAL_LM", "bart-seqcls, SEQ_CLS"
    })
    void refusesEmptyBatchesAndRows(String name, TaskType task) throws Exception {
        try (TransformerModel model = Transformers.load(Golden.path("models/" + name), task);
                PeftModel peft =
                        PeftModels.getPeftModel(
                                model, LoraConfig.builder().optTaskType(task).build());
                NDManager manager = NDManager.newBaseManager()) {
            for (Shape shape : List.of(new Shape(0, 4), new Shape(1, 0))) {
                NDArray ids = manager.zeros(shape, DataType.INT64);
                ModelInput input = ModelInput.of(ids, ids);
                assertThatThrownBy(() -> model.forward(input))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("input_ids of shape " + shape + " is empty");
                assertThatThrownBy(() -> peft.forward(input))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("at least one row");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bert-seqcls, SEQ_CLS", "llama-causal, CAUSAL_LM", "t5-seq2seq, SEQ_2_SEQ_LM",
        "deberta-v2-tokcls, TOKEN_CLS", "gpt2-causal, CAUSAL_LM", "bart-seqcls, SEQ_CLS"
    })
    void refusesMasksOfAnotherShape(String name, TaskType task) throws Exception {
        try (TransformerModel model = Transformers.load(Golden.path("models/" + name), task);
                NDManager manager = NDManager.newBaseManager()) {
            NDArray ids = manager.ones(new Shape(2, 4), DataType.INT64);
            for (Shape shape : List.of(new Shape(2, 5), new Shape(2, 3), new Shape(1, 4))) {
                ModelInput input = ModelInput.of(ids, manager.ones(shape, DataType.INT64));
                assertThatThrownBy(() -> model.forward(input))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("attention_mask has shape " + shape)
                        .hasMessageContaining("input_ids has (2, 4)");
            }
        }
    }

    @Test
    void refusesWhatCannotBeToldApart() throws Exception {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray ids = manager.create(new long[][] {{5, 7, 9, 2}});
            NDList three = new NDList(ids, ids.onesLike(), ids.zerosLike());
            for (String name : List.of("bart-seqcls", "gpt2-seqcls", "llama-seqcls")) {
                try (TransformerModel model =
                        Transformers.load(Golden.path("models/" + name), TaskType.SEQ_CLS)) {
                    assertThatThrownBy(() -> model.toInput(three, new NDList()))
                            .hasMessageContaining("3 arrays without names")
                            .hasMessageContaining("[input_ids, attention_mask] by place")
                            .hasMessageContaining("setName");
                }
            }
            try (TransformerModel bert =
                    Transformers.load(Golden.path("models/bert-seqcls"), TaskType.SEQ_CLS)) {
                assertThat(bert.toInput(three, new NDList()).get(ModelInput.TOKEN_TYPE_IDS))
                        .isSameAs(three.get(2));
                NDList mixed = new NDList(ids.duplicate(), ids.onesLike());
                mixed.get(0).setName(ModelInput.INPUT_IDS);
                assertThatThrownBy(() -> bert.toInput(mixed, new NDList()))
                        .hasMessageContaining("Array 1 of the call has the name 'null'");
            }
        }
    }
}
