package io.github.peft4j.tuner.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.exception.NoMatchingModuleException;
import io.github.peft4j.internal.matching.MatchableModules;
import io.github.peft4j.internal.matching.ModuleInfo;
import io.github.peft4j.internal.matching.TargetMatch;
import io.github.peft4j.internal.matching.TargetMatcher;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.matching.TargetModules;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** PEFT's verdicts about targets, on BERT for sequence classification. */
class LoraMatchingGoldenTest {

    private static final String EXCLUSION = "no modules were excluded";
    private static final String PATTERN = "keys did not match any targeted module";

    static Stream<JsonObject> verdicts() throws IOException {
        String text = Files.readString(Golden.path("errors.json"));
        return StreamSupport.stream(
                        JsonParser.parseString(text).getAsJsonArray().spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .filter(
                        row ->
                                row.getAsJsonObject("config")
                                        .get("peft_type")
                                        .getAsString()
                                        .equals("LORA"))
                .filter(row -> row.get("model").getAsString().equals("bert-seqcls"))
                .filter(row -> catchThrowable(() -> config(row)) == null);
    }

    @Test
    void coversTheVerdicts() throws IOException {
        assertThat(verdicts()).hasSize(47);
        assertThat(verdicts().filter(row -> errorType(row).startsWith("NoMatching"))).hasSize(10);
    }

    @ParameterizedTest
    @MethodSource("verdicts")
    void refusesAndWarnsAboutTargetsAsPeftDoes(JsonObject row) {
        Throwable thrown = catchThrowable(() -> match(row));

        if (errorType(row).startsWith("NoMatching")) {
            assertThat(thrown).isInstanceOf(NoMatchingModuleException.class);
        } else if (errorText(row).startsWith("Target module ")) {
            assertThat(thrown)
                    .isInstanceOf(IllegalArgumentException.class)
                    .isNotInstanceOf(NoMatchingModuleException.class)
                    .hasMessageContaining("only these can be adapted");
        } else {
            assertThat(thrown).isNull();
            assertThat(warnings(row)).isEqualTo(expectedWarnings(row));
        }
    }

    private static LoraConfig config(JsonObject row) {
        return (LoraConfig) PeftConfig.fromJson(row.get("config").toString());
    }

    private static TargetMatch match(JsonObject row) {
        LoraConfig config = config(row);
        TargetModules options = DefaultTargets.LORA.resolve(config.targets(), "bert");
        if (config.taskType().filter(TaskType::headsKnownBeforeMatching).isPresent()) {
            List<String> saved = new ArrayList<>(config.modulesToSave());
            saved.addAll(config.taskType().orElseThrow().headModules());
            options = options.withModulesToSave(saved);
        }
        return TargetMatcher.match(
                options, bert(), ImmutableSet.of(LayerKind.LINEAR, LayerKind.EMBEDDING));
    }

    private static MatchableModules bert() {
        List<ModuleInfo> modules = new ArrayList<>();
        for (JsonElement module :
                Golden.json("modules-bert-seqcls.json").getAsJsonArray("modules")) {
            JsonArray pair = module.getAsJsonArray();
            modules.add(
                    new ModuleInfo(
                            pair.get(0).getAsString(),
                            LayerKind.valueOf(pair.get(1).getAsString())));
        }
        return MatchableModules.of(modules);
    }

    private static Set<String> warnings(JsonObject row) {
        TargetMatch match = match(row);
        List<String> texts = new ArrayList<>(match.warnings());
        LoraConfig config = config(row);
        config.ranks().unmatchedWarning(match.adapted()).ifPresent(texts::add);
        config.alphas().unmatchedWarning(match.adapted()).ifPresent(texts::add);
        return topics(texts.stream());
    }

    private static Set<String> expectedWarnings(JsonObject row) {
        if (!row.has("warnings")) {
            return Set.of();
        }
        return topics(
                StreamSupport.stream(row.getAsJsonArray("warnings").spliterator(), false)
                        .map(warning -> warning.getAsJsonObject().get("text").getAsString()));
    }

    private static Set<String> topics(Stream<String> texts) {
        return texts.flatMap(text -> Stream.of(EXCLUSION, PATTERN).filter(text::contains))
                .collect(Collectors.toSet());
    }

    private static String errorType(JsonObject row) {
        return row.has("error") ? row.getAsJsonObject("error").get("type").getAsString() : "";
    }

    private static String errorText(JsonObject row) {
        return row.has("error") ? row.getAsJsonObject("error").get("text").getAsString() : "";
    }
}
