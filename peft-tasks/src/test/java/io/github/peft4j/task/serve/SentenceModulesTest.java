package io.github.peft4j.task.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.MalformedModelException;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.translate.TranslateException;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.task.Folders;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
