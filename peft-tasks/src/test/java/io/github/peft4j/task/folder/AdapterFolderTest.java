package io.github.peft4j.task.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.hub.HubOptions;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.store.SaveAdapterOptions;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.generate.text.TextGenerator;
import io.github.peft4j.task.generate.text.TextPrompt;
import io.github.peft4j.task.serve.PeftModelZoo;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterFolderTest {

    @TempDir private Path folder;

    private Path made(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    /** A base of BERT, and an adapter for five labels on it. */
    private Path classifier() throws Exception {
        Path base = made("base");
        Folders.copy(Golden.path("models/bert-seqcls"), base);
        Folders.copy(Folders.resource("golden/tokenizers/bert"), base);
        LoadOptions five = LoadOptions.builder().optLabels("a", "b", "c", "d", "e").build();
        LoraConfig config =
                LoraConfig.builder()
                        .optTaskType(TaskType.SEQ_CLS)
                        .optR(2)
                        .optInitLoraWeights(false)
                        .build();
        try (TransformerModel model = Transformers.load(base, TaskType.SEQ_CLS, five);
                PeftModel peft = PeftModels.getPeftModel(model, config)) {
            peft.savePretrained(
                    folder.resolve("adapter"),
                    SaveAdapterOptions.builder()
                            .optPassport(AdapterPassport.builder().optMaxLength(4).build())
                            .build());
        }
        return folder.resolve("adapter");
    }

    @Test
    void givesTheBaseThatTheFolderNamesWithItsHeadAndLabels() throws Exception {
        Path adapter = classifier();

        try (AdapterFolder loaded = AdapterFolder.load(adapter)) {
            assertThat(loaded.labels()).containsExactly("a", "b", "c", "d", "e");
            assertThat(loaded.taskType()).isEqualTo(TaskType.SEQ_CLS);
            assertThat(loaded.passport().maxLength()).hasValue(4);
            assertThat(loaded.tokenizer().vocabSize()).isPositive();
            assertThat(loaded.base().directory()).isEqualTo(folder.resolve("base"));
            assertThat(loaded.model().loadReport("default").warnings()).isEmpty();
        }
        assertThatThrownBy(
                        () ->
                                AdapterFolder.load(
                                        adapter,
                                        folder.resolve("base"),
                                        LoadOptions.builder().optLabels("x", "y").build()))
                .hasMessageContaining("trained for 5 labels [a, b, c, d, e]")
                .hasMessageContaining("the base was loaded with 2 [x, y]");
    }

    @Test
    void servesWithoutBeingToldLabels() throws Exception {
        Path adapter = classifier();
        Criteria<String, Classifications> criteria =
                Criteria.builder()
                        .setTypes(String.class, Classifications.class)
                        .optModelZoo(new PeftModelZoo(folder.resolve("base")))
                        .optArgument("adapter", adapter)
                        .build();

        try (ZooModel<String, Classifications> model = criteria.loadModel();
                Predictor<String, Classifications> predictor = model.newPredictor()) {
            Classifications whole = predictor.predict("The boats came back before noon.");
            assertThat(whole.getClassNames()).containsExactly("a", "b", "c", "d", "e");
            // texts are cut as in training: to four tokens
            Classifications start = predictor.predict("The boats sank.");
            assertThat(whole.get("a").getProbability())
                    .isCloseTo(start.get("a").getProbability(), within(1e-6));
        }
    }

    @Test
    void saysWhatToDoAboutABaseThatIsNotHere() throws Exception {
        Path adapter = classifier();
        Path config = adapter.resolve("adapter_config.json");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace(folder.resolve("base").toString(), "org/some-model"));

        HubOptions offline =
                HubOptions.builder(Map.of()).optOffline(true).optCache(made("cache")).build();

        assertThatThrownBy(() -> AdapterFolder.load(adapter, offline))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("trained on 'org/some-model', which is not a directory here")
                .hasMessageContaining("HF_HUB_OFFLINE")
                .hasMessageContaining("AdapterFolder.load(adapter, checkpoint)");
        AdapterFolder.load(adapter, folder.resolve("base")).close();
    }

    @Test
    void findsTheHeadOfPythonsFolders() throws Exception {
        Path adapter = classifier();
        Files.delete(adapter.resolve(AdapterPassport.FILE_NAME));

        try (AdapterFolder loaded = AdapterFolder.load(adapter)) {
            assertThat(loaded.labels())
                    .containsExactly("LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3", "LABEL_4");
        }
    }

    @Test
    void givesTheBaseTheTokensOfTheAdapter() throws Exception {
        Path base = made("base");
        Folders.copy(Golden.path("models/llama-causal"), base);
        Folders.copy(Folders.resource("golden/tokenizers/llama"), base);

        try (AdapterFolder loaded =
                        AdapterFolder.load(Folders.resource("reports/adapter-more-tokens"), base);
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            float[] logits =
                    loaded.model()
                            .forward(
                                    ModelInput.of(
                                            ImmutableMap.of(
                                                    ModelInput.INPUT_IDS,
                                                    scope.create(new long[][] {{5, 7, 353, 355}}))))
                            .logits()
                            .get("0, -1, 0:6")
                            .toFloatArray();
            float[] right = {1.025092f, 0.390437f, -0.600407f, 0.847816f, -0.00286f, -0.599437f};
            for (int i = 0; i < right.length; i++) {
                assertThat(logits[i]).isCloseTo(right[i], within(1e-5f));
            }
        }
    }

    /** A base of Llama without a chat template, and an adapter that brings one. */
    private Path chat(boolean tokenizer) throws Exception {
        Path base = made("base");
        Path adapter = made("adapter");
        Folders.copy(Golden.path("models/llama-causal"), base);
        Folders.copy(Golden.path("adapters/lora-causal-llama"), adapter);
        if (tokenizer) {
            Folders.copy(Folders.resource("golden/tokenizers/llama"), adapter);
        }
        Folders.copy(Folders.resource("golden/tokenizers/llama"), base);
        Folders.copy(Folders.resource("reports/adapter-chat-template"), adapter);
        return adapter;
    }

    @Test
    void writesConversationsByTheAdaptersTemplate() throws Exception {
        for (boolean whole : new boolean[] {true, false}) {
            Path adapter = chat(whole);
            Path base = folder.resolve("base");
            try (TextGenerator generator = TextGenerator.fromPretrained(base, adapter)) {
                TextPrompt prompt = generator.prompt(List.of(ChatMessage.user("tell me")));
                assertThat(prompt.ids().asList())
                        .containsExactly(
                                313L, 94L, 304L, 302L, 320L, 96L, 315L, 289L, 334L, 332L, 289L, 13L,
                                94L, 286L, 349L, 96L);
            }
            Criteria<String, String> criteria =
                    Criteria.builder()
                            .setTypes(String.class, String.class)
                            .optModelZoo(new PeftModelZoo(base))
                            .optArgument("adapter", adapter)
                            .optArgument("chat", true)
                            .optArgument("generation.max_new_tokens", 8)
                            .optArgument("generation.do_sample", false)
                            .build();
            try (ZooModel<String, String> model = criteria.loadModel();
                    Predictor<String, String> predictor = model.newPredictor()) {
                assertThat(predictor.predict("tell me")).isEqualTo("re\ufffdk/\u001a");
            }
        }
    }

    @Test
    void takesTheTemplateOfThePassport() throws Exception {
        Path adapter = chat(false);
        Path template = adapter.resolve("chat_template.jinja");
        String text = Files.readString(template);
        Files.delete(template);
        Files.writeString(
                adapter.resolve(AdapterPassport.FILE_NAME),
                AdapterPassport.builder().optChatTemplate(text).build().toJson());

        try (AdapterFolder loaded = AdapterFolder.load(adapter, folder.resolve("base"))) {
            assertThat(
                            loaded.tokenizer()
                                    .chatTemplate()
                                    .render(List.of(ChatMessage.user("x")), true))
                    .isEqualTo("[user] x\n[bot]");
        }
    }
}
