package io.github.peft4j.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.DisabledAdapters;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.report.Extent;
import io.github.peft4j.report.LayerStatus;
import io.github.peft4j.report.ModelStatus;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against what Python PEFT says of the same adapters on the same base. */
class ModelStatusTest {

    private static final LoadAdapterOptions TRAINABLE =
            LoadAdapterOptions.builder().optTrainable(true).build();

    private static PeftModel load(TransformerModel base, String name) throws IOException {
        Path folder = Golden.path("adapters/" + name);
        PeftModel model = PeftModels.fromPretrained(base, folder.resolve("one"), "one", TRAINABLE);
        model.loadAdapter(folder.resolve("two"), "two", TRAINABLE);
        return model;
    }

    private static TransformerModel base() throws IOException {
        return Transformers.load(Golden.path("models/bert-seqcls"), TaskType.SEQ_CLS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"multi-lora-merge-heads", "multi-oft"})
    void saysWhatPythonSays(String name) throws IOException {
        Map<String, ModelStatus> states = new LinkedHashMap<>();
        try (TransformerModel base = base();
                PeftModel model = load(base, name)) {
            states.put("loaded", model.status());
            assertThat(model.status().requiresGrad()).containsEntry("two", Extent.NONE);
            model.setAdapter("two");
            states.put("second", model.status());
            model.setAdapter("one");
            model.mergeAdapter();
            states.put("merged", model.status());
            model.unmergeAdapter();
            try (DisabledAdapters off = model.disableAdapter()) {
                states.put("disabled", model.status());
            }
            model.deleteAdapter("two");
            states.put("deleted", model.status());
        }

        expected(name)
                .entrySet()
                .forEach(
                        state ->
                                compare(
                                        name + " " + state.getKey(),
                                        states.getOrDefault(state.getKey(), states.get("loaded")),
                                        state.getValue().getAsJsonObject()));
    }

    private static JsonObject expected(String name) throws IOException {
        try (Reader reader =
                new InputStreamReader(
                        ModelStatusTest.class.getResourceAsStream("/status/model_status.json"),
                        StandardCharsets.UTF_8)) {
            for (JsonElement each : JsonParser.parseReader(reader).getAsJsonArray()) {
                if (each.getAsJsonObject().get("case").getAsString().equals(name)) {
                    return each.getAsJsonObject().getAsJsonObject("states");
                }
            }
        }
        throw new IllegalStateException("No case " + name);
    }

    private static void compare(String what, ModelStatus ours, JsonObject theirs) {
        JsonObject model = theirs.getAsJsonObject("model");
        assertThat(ours.baseType()).as(what).isEqualTo(text(model, "base_model_type"));
        assertThat(ours.methods().toString()).as(what).isEqualTo(mapText(model, "peft_types"));
        assertThat(ours.activeAdapters()).as(what).isEqualTo(list(model, "active_adapters"));
        assertThat(ours.mergedAdapters()).as(what).isEqualTo(list(model, "merged_adapters"));
        assertThat(ours.availableAdapters()).as(what).isEqualTo(list(model, "available_adapters"));
        assertThat(ours.enabled()).as(what).isEqualTo(extent(model.get("enabled")));
        assertThat(ours.parameters().all())
                .as(what)
                .isEqualTo(model.get("total_params").getAsLong());
        // Python's adapters stop training while disabled, and train from loading on, active or not
        boolean trainsAlike = ours.enabled() == Extent.ALL && !what.endsWith("loaded");
        if (trainsAlike) {
            assertThat(ours.requiresGrad()).as(what).isEqualTo(extents(model));
            assertThat(ours.parameters().trainable())
                    .as(what)
                    .isEqualTo(model.get("trainable_params").getAsLong());
        }
        compareLayers(what, ours.layers(), theirs.getAsJsonArray("layers"), trainsAlike);
    }

    private static void compareLayers(
            String what, List<LayerStatus> ours, JsonArray theirs, boolean trainsAlike) {
        Map<String, LayerStatus> layers = new LinkedHashMap<>();
        ours.forEach(layer -> layers.put("model." + layer.name(), layer));
        for (JsonElement each : theirs) {
            JsonObject layer = each.getAsJsonObject();
            String name = text(layer, "name");
            ImmutableList<String> available = list(layer, "available_adapters");
            if (available.isEmpty()) {
                continue; // a layer whose only adapter was deleted stays a layer of Python's
            }
            LayerStatus own = layers.remove(name);
            String here = what + " " + name;
            assertThat(own).as(here).isNotNull();
            assertThat(own.availableAdapters()).as(here).isEqualTo(available);
            assertThat(own.enabled()).as(here).isEqualTo(layer.get("enabled").getAsBoolean());
            assertThat(own.mergedAdapters()).as(here).isEqualTo(list(layer, "merged_adapters"));
            // Python names the model's active adapters at each layer, also where it lacks them
            assertThat(own.activeAdapters())
                    .as(here)
                    .isEqualTo(
                            list(layer, "active_adapters").stream()
                                    .filter(available::contains)
                                    .toList());
            if (trainsAlike) {
                assertThat(own.requiresGrad()).as(here).isEqualTo(extents(layer));
            }
        }
        assertThat(layers).as(what).isEmpty();
    }

    private static String text(JsonObject object, String key) {
        return object.get(key).getAsString();
    }

    private static String mapText(JsonObject object, String key) {
        ImmutableMap.Builder<String, String> map = ImmutableMap.builder();
        object.getAsJsonObject(key).entrySet().forEach(e -> map.put(e.getKey(), text(e)));
        return map.buildOrThrow().toString();
    }

    private static String text(Map.Entry<String, JsonElement> entry) {
        return entry.getValue().getAsString();
    }

    private static ImmutableList<String> list(JsonObject object, String key) {
        return object.getAsJsonArray(key).asList().stream()
                .map(JsonElement::getAsString)
                .collect(ImmutableList.toImmutableList());
    }

    private static ImmutableMap<String, Extent> extents(JsonObject status) {
        ImmutableMap.Builder<String, Extent> map = ImmutableMap.builder();
        status.getAsJsonObject("requires_grad")
                .entrySet()
                .forEach(entry -> map.put(entry.getKey(), extent(entry.getValue())));
        return map.buildOrThrow();
    }

    private static Extent extent(JsonElement value) {
        return value.getAsString().equals("irregular")
                ? Extent.SOME
                : value.getAsBoolean() ? Extent.ALL : Extent.NONE;
    }

    @Test
    void isAFewLinesForPeople() throws IOException {
        try (TransformerModel base = base();
                PeftModel model = load(base, "multi-lora-merge-heads");
                DisabledAdapters off = model.disableAdapter("classifier")) {
            assertThat(model.status())
                    .hasToString(
                            """
                            PeftModelForSequenceClassification over BertForSequenceClassification, base in float32
                            trainable params: 1,123 || all params: 26,345 || trainable%: 4.2627
                            adapters: {one=LORA, two=LORA}, active: [one], merged: []
                            7 adapted layers, enabled: some
                              2 x bert.encoder.layer.*.attention.self.query (linear): one active, trains; two idle
                              2 x bert.encoder.layer.*.attention.self.key (linear): two idle
                              2 x bert.encoder.layer.*.attention.self.value (linear): one active, trains
                              1 x classifier (module copy): one active, trains; two idle; switched off""");
        }
    }
}
