package io.github.peft4j.task.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.nn.Block;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.translate.TranslateException;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.store.SaveAdapterOptions;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.folder.AdapterFolder;
import io.github.peft4j.task.folder.SentenceModules;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.translate.Pooling;
import io.github.peft4j.task.translate.TextEmbeddingTranslator;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** modules.json next to a checkpoint or an adapter: applied, or refused by name. */
class SentenceModulesTest {

    private static final Path MODEL = Golden.path("models/bert-sentence");

    @TempDir private Path folder;

    private Path checkpoint(String report) throws IOException {
        Folders.copy(MODEL, folder);
        Path files = Folders.resource("reports/" + report);
        Folders.copy(files, folder);
        for (String below : new String[] {"1_Pooling", "2_Normalize", "2_Dense"}) {
            if (Files.isDirectory(files.resolve(below))) {
                Folders.copy(files.resolve(below), Files.createDirectory(folder.resolve(below)));
            }
        }
        return folder;
    }

    private static Criteria.Builder<String, float[]> criteria(Path checkpoint) {
        return Criteria.builder()
                .setTypes(String.class, float[].class)
                .optModelZoo(new PeftModelZoo(checkpoint))
                .optArgument("task", "FEATURE_EXTRACTION");
    }

    private static void assertRight(Criteria.Builder<String, float[]> criteria, String report)
            throws IOException,
                    MalformedModelException,
                    ModelNotFoundException,
                    TranslateException {
        JsonObject vectors =
                JsonParser.parseString(
                                Files.readString(
                                        Folders.resource("reports/" + report + "/vectors.json")))
                        .getAsJsonObject();
        try (var model = criteria.build().loadModel();
                var predictor = model.newPredictor()) {
            for (int i = 0; i < vectors.getAsJsonArray("texts").size(); i++) {
                float[] ours =
                        predictor.predict(vectors.getAsJsonArray("texts").get(i).getAsString());
                JsonArray right = vectors.getAsJsonArray("right").get(i).getAsJsonArray();
                for (int k = 0; k < ours.length; k++) {
                    assertThat((double) ours[k])
                            .isCloseTo(right.get(k).getAsDouble(), Offset.offset(2e-5));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sentence-cls-normalized, '1_Pooling (Pooling), 2_Normalize (Normalize)'",
        "sentence-dense, 2_Dense (Dense)"
    })
    void refusesModulesThatAreNotAppliedByName(String report, String modules) throws IOException {
        Path checkpoint = checkpoint(report);

        assertThatThrownBy(() -> criteria(checkpoint).build().loadModel())
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("modules.json asks for " + modules)
                .hasMessageContaining("pooling");
    }

    @Test
    void refusesThoseOfTheAdaptersFolder() {
        Path adapter = Folders.resource("reports/sentence-adapter-folder");

        assertThatThrownBy(
                        () ->
                                criteria(MODEL)
                                        .optArgument("adapter", adapter.toString())
                                        .build()
                                        .loadModel())
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("1_Pooling (Pooling), 2_Normalize (Normalize)");
    }

    @Test
    void givesTheRightVectorsWhereTheCallerSaysHowToPool() throws Exception {
        assertRight(
                criteria(checkpoint("sentence-cls-normalized"))
                        .optArgument("pooling", "first_token")
                        .optArgument("normalize", "true"),
                "sentence-cls-normalized");
        assertRight(
                criteria(MODEL)
                        .optArgument(
                                "adapter",
                                Folders.resource("reports/sentence-adapter-folder").toString())
                        .optArgument("pooling", "first_token")
                        .optArgument("normalize", "true"),
                "sentence-adapter-folder");
    }

    @Test
    void readsNoMoreTokensThanTheEncoderWasTrainedWith() throws Exception {
        assertRight(criteria(checkpoint("sentence-longest-text")), "sentence-longest-text");
    }

    private static float[] embed(Block block, TextEmbeddingTranslator translator, String text)
            throws TranslateException {
        try (Model djl = Model.newInstance("embeddings", "PyTorch")) {
            djl.setBlock(block);
            try (Predictor<String, float[]> predictor = djl.newPredictor(translator)) {
                return predictor.predict(text);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sentence-cls-normalized, '1_Pooling (Pooling), 2_Normalize (Normalize)'",
        "sentence-dense, 2_Dense (Dense)",
        "sentence-longest-text, sentence_bert_config.json cuts texts to 8 tokens"
    })
    void refusesThemForATranslatorOfOnesOwn(String report, String modules) throws Exception {
        Path checkpoint = checkpoint(report);

        try (TransformerModel base = Transformers.load(checkpoint);
                Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint)) {
            assertThatThrownBy(
                            () ->
                                    embed(
                                            base,
                                            TextEmbeddingTranslator.builder(tokenizer).build(),
                                            "one"))
                    .hasMessageContaining(modules)
                    .hasMessageContaining("opt");
            TextEmbeddingTranslator told =
                    TextEmbeddingTranslator.builder(tokenizer)
                            .optPooling(Pooling.MEAN)
                            .optEncodeOptions(EncodeOptions.truncatedTo(8))
                            .build();
            assertThat(embed(base, told, "one")).hasSize(32);
        }
    }

    @Test
    void refusesThoseOfALoadedAdaptersFolder() throws Exception {
        Path adapter = Folders.resource("reports/sentence-adapter-folder");

        try (AdapterFolder loaded = AdapterFolder.load(adapter, MODEL)) {
            TextEmbeddingTranslator.Builder builder =
                    TextEmbeddingTranslator.builder(loaded.tokenizer());
            TextEmbeddingTranslator silent = builder.build();
            assertThatThrownBy(() -> embed(loaded.model(), silent, "one"))
                    .hasMessageContaining("1_Pooling (Pooling), 2_Normalize (Normalize)");
            TextEmbeddingTranslator told =
                    builder.optPooling(Pooling.FIRST_TOKEN).optNormalize(true).build();
            assertThat(embed(loaded.model(), told, "one")).hasSize(32);
        }
    }

    @Test
    void goesByAnAdaptersPassportBeforeThem() throws Exception {
        LoraConfig config =
                LoraConfig.builder()
                        .optTaskType(TaskType.FEATURE_EXTRACTION)
                        .optR(2)
                        .optInitLoraWeights(false)
                        .build();
        Path checkpoint = checkpoint("sentence-cls-normalized");
        try (TransformerModel base = Transformers.load(checkpoint);
                Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint);
                PeftModel model = PeftModels.getPeftModel(base, config)) {
            TextEmbeddingTranslator silent = TextEmbeddingTranslator.builder(tokenizer).build();
            assertThatThrownBy(() -> embed(model, silent, "one"))
                    .hasMessageContaining("1_Pooling (Pooling)");
            model.setPassport(
                    "default",
                    AdapterPassport.builder().optPooling("MEAN").optMaxLength(9).build());
            assertThatThrownBy(() -> embed(model, silent, "one"))
                    .hasMessageContaining("The passport of adapter 'default' cuts texts to 9");
            model.setPassport("default", AdapterPassport.builder().optPooling("MEAN").build());
            assertThat(embed(model, silent, "one")).hasSize(32);
        }
    }

    /** An adapter for queries with a text in front, padded on the left. */
    private Path prompted() throws Exception {
        LoraConfig config =
                LoraConfig.builder()
                        .optTaskType(TaskType.FEATURE_EXTRACTION)
                        .optR(2)
                        .optInitLoraWeights(false)
                        .build();
        try (TransformerModel base = Transformers.load(MODEL, TaskType.FEATURE_EXTRACTION);
                PeftModel model = PeftModels.getPeftModel(base, config)) {
            model.savePretrained(
                    folder.resolve("prompted"),
                    SaveAdapterOptions.builder()
                            .optPassport(
                                    AdapterPassport.builder()
                                            .optPooling("FIRST_TOKEN")
                                            .optPaddingSide("left")
                                            .optPrompts(Map.of("query", "query: ", "document", ""))
                                            .build())
                            .build());
        }
        return folder.resolve("prompted");
    }

    @Test
    void putsThePromptsOfAPassportInFront() throws Exception {
        Path adapter = prompted();

        try (AdapterFolder loaded = AdapterFolder.load(adapter, MODEL)) {
            assertThat(loaded.tokenizer().config().paddingSide()).isEqualTo(Side.LEFT);
            TextEmbeddingTranslator.Builder builder =
                    TextEmbeddingTranslator.builder(loaded.tokenizer());
            TextEmbeddingTranslator silent = builder.build();
            assertThatThrownBy(() -> embed(loaded.model(), silent, "one"))
                    .hasMessageContaining("optPooling(Pooling.FIRST_TOKEN)");
            TextEmbeddingTranslator pooled = builder.optPooling(Pooling.FIRST_TOKEN).build();
            assertThatThrownBy(() -> embed(loaded.model(), pooled, "one"))
                    .hasMessageContaining("texts in front of what is embedded")
                    .hasMessageContaining("optPrompt");
            float[] wanted = embed(loaded.model(), builder.optPrompt("").build(), "query: one");
            float[] found = embed(loaded.model(), builder.optPrompt("query: ").build(), "one");
            assertThat(found).isEqualTo(wanted);

            Criteria.Builder<String, float[]> criteria =
                    criteria(MODEL).optArgument("adapter", adapter.toString());
            assertThatThrownBy(() -> criteria.build().loadModel())
                    .hasMessageContaining("Set the argument prompt");
            try (var served = criteria.optArgument("prompt", "query").build().loadModel();
                    var predictor = served.newPredictor()) {
                assertThat(predictor.predict("one")).isEqualTo(wanted);
            }
            assertThatThrownBy(() -> criteria.optArgument("prompt", "question").build().loadModel())
                    .hasMessageContaining("The argument prompt is 'question'")
                    .hasMessageContaining("one of [document, query]");
        }
    }

    @Test
    void putsTheUsualPromptOfAnEncoderInFront() throws Exception {
        Path checkpoint = checkpoint("sentence-longest-text");
        Files.writeString(
                checkpoint.resolve("config_sentence_transformers.json"),
                "{\"prompts\": {\"query\": \"find \"}, \"default_prompt_name\": \"query\"}");

        try (var model = criteria(checkpoint).build().loadModel();
                var predictor = model.newPredictor();
                var plain = criteria(checkpoint).optArgument("prompt", "").build().loadModel();
                var other = plain.newPredictor()) {
            assertThat(predictor.predict("one")).isEqualTo(other.predict("find one"));
        }
        try (TransformerModel base = Transformers.load(checkpoint);
                Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint)) {
            TextEmbeddingTranslator silent = TextEmbeddingTranslator.builder(tokenizer).build();
            assertThatThrownBy(() -> embed(base, silent, "one"))
                    .hasMessageContaining("puts 'find ' in front of each text")
                    .hasMessageContaining("optPrompt");
        }
    }

    @ParameterizedTest
    @CsvSource({"pooling_mode_mean_tokens, 0", "pooling_mode_cls_token, 1"})
    void readsTheFlagsOfOlderReleases(String flag, int refused) throws IOException {
        Files.createDirectory(folder.resolve("1_Pooling"));
        Files.writeString(
                folder.resolve("modules.json"),
                "[{\"path\": \"\", \"type\": \"sentence_transformers.models.Transformer\"},"
                        + " {\"path\": \"1_Pooling\", \"type\":"
                        + " \"sentence_transformers.models.Pooling\"}]");
        Files.writeString(
                folder.resolve("1_Pooling/config.json"),
                "{\"pooling_mode_mean_tokens\": false, \"%s\": true}".formatted(flag));

        assertThat(SentenceModules.read(List.of(folder)).notApplied()).hasSize(refused);
    }
}
