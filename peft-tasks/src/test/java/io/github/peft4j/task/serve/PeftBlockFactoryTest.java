package io.github.peft4j.task.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Model;
import ai.djl.ModelException;
import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.nn.Blocks;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import com.google.gson.JsonParser;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What DJL Serving does: a directory with serving.properties, requests in and JSON out. */
class PeftBlockFactoryTest {

    @TempDir private Path directory;

    private Path deploy(String model, String adapter, String... lines) throws IOException {
        copy(Golden.path("models/" + model), directory);
        copy(Golden.path("adapters/" + adapter), directory.resolve("my-adapter"));
        String settings =
                """
                engine=PyTorch
                blockFactory=io.github.peft4j.task.serve.PeftBlockFactory
                option.hasParameter=false
                adapter=my-adapter
                """;
        Files.writeString(
                directory.resolve("serving.properties"), settings + String.join("\n", lines));
        return directory;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            files.filter(Files::isRegularFile)
                    .forEach(
                            file -> {
                                try {
                                    Files.copy(file, to.resolve(file.getFileName()));
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
        }
    }

    /** The server passes this one by its name. */
    private static Criteria<Input, Output> criteria(Path path) {
        return Criteria.builder()
                .setTypes(Input.class, Output.class)
                .optModelPath(path)
                .optArgument(
                        "translatorFactory", "io.github.peft4j.task.serve.PeftTranslatorFactory")
                .build();
    }

    private static String answer(Path path, String type, String request)
            throws IOException, ModelException, TranslateException {
        try (ZooModel<Input, Output> model = criteria(path).loadModel();
                Predictor<Input, Output> predictor = model.newPredictor()) {
            Input input = new Input();
            input.addProperty("Content-Type", type);
            input.add(request.getBytes(StandardCharsets.UTF_8));
            String json = predictor.predict(input).getData().getAsString();
            assertThat(JsonParser.parseString(json)).isNotNull();
            return json;
        }
    }

    @Test
    void servesAClassifierFromItsDirectoryAlone() throws Exception {
        Path path = deploy("bert-seqcls", "lora-seqcls-bert", "labels=bad,so-so,good");

        assertThat(answer(path, "text/plain", "The boats came back."))
                .contains("so-so", "probability");
    }

    @Test
    void servesALanguageModel() throws Exception {
        Path path =
                deploy(
                        "llama-causal",
                        "lora-causal-llama",
                        "generation.max_new_tokens=4",
                        "generation.do_sample=false");
        String one = answer(path, "application/json", "{\"inputs\": \"Who paid?\"}");
        String many =
                answer(path, "application/json", "{\"inputs\": [\"Who paid?\", \"Who paid?\"]}");

        assertThat(one).startsWith("{\"generated_text\"");
        assertThat(JsonParser.parseString(many).getAsJsonArray())
                .containsExactly(JsonParser.parseString(one), JsonParser.parseString(one));
    }

    @Test
    void servesAnswers() throws Exception {
        assertThat(
                        answer(
                                deploy("bert-qa", "lora-qa-bert"),
                                "application/json",
                                "{\"question\": \"Who paid?\", \"paragraph\": \"The report doesn't"
                                        + " say who.\"}"))
                .contains("\"answer\"")
                .contains("say who.");
    }

    @Test
    void servesEntities() throws Exception {
        assertThat(answer(deploy("bert-tokcls", "lora-tokcls-bert"), "text/plain", "Who paid?"))
                .contains("LABEL_2");
    }

    @Test
    void servesNumbers() throws Exception {
        String json =
                answer(
                        deploy("bert-seqcls-regression", "lora-regression"),
                        "text/plain",
                        "Who paid?");

        assertThat(Float.isFinite(JsonParser.parseString(json).getAsFloat())).isTrue();
    }

    @Test
    void servesEmbeddings() throws Exception {
        String json =
                answer(
                        deploy("bert-base", "lora-feature-bert", "normalize=true"),
                        "text/plain",
                        "Who paid?");

        assertThat(JsonParser.parseString(json).getAsJsonArray().size()).isEqualTo(32);
    }

    @Test
    void refusesBlocksThatAreNotOfThisLibrary() {
        try (Model model = Model.newInstance("other", "PyTorch")) {
            model.setBlock(Blocks.identityBlock());

            assertThatThrownBy(() -> PeftBlockFactory.base(model.getBlock()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is no model of this library");
        }
        assertThat(new PeftTranslatorFactory().getSupportedTypes())
                .contains(new ai.djl.util.Pair<>(String.class, Classifications.class));
    }
}
