package io.github.peft4j.cli.methods;

import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** For each method the smallest config that can be tried at a place. */
final class SmallestConfigs {

    /** A config of a method for a place; what it needs on disk goes into a new folder. */
    @FunctionalInterface
    private interface Form {
        JsonObject at(TrialPlace place, Path scratch) throws IOException;
    }

    private static final ImmutableMap<String, Form> FORMS =
            ImmutableMap.<String, Form>builder()
                    .put("ADALORA", atLayer("{init_r: 2, total_step: 10}"))
                    .put("BOFT", atLayer("{boft_block_size: 2}"))
                    .put("CPT", aroundCall("{cpt_token_ids: [5, 6], cpt_mask: [1, 1]}"))
                    .put("DELORA", atLayer("{r: 2}"))
                    .put("FOURIERFT", atLayer("{n_frequency: 12}"))
                    .put("HRA", atLayer("{r: 2}"))
                    .put("IA3", atLayer("{feedforward_modules: []}"))
                    .put("LN_TUNING", atLayer("{}"))
                    .put("LOHA", atLayer("{r: 2}"))
                    .put("LOKR", atLayer("{r: 2}"))
                    .put("LORA", atLayer("{r: 2, init_lora_weights: false}"))
                    .put("MISS", atLayer("{r: 2}"))
                    .put(
                            "MULTITASK_PROMPT_TUNING",
                            aroundCall("{num_virtual_tokens: 2, num_tasks: 2}"))
                    .put("OFT", atLayer("{oft_block_size: 2}"))
                    .put("PREFIX_TUNING", aroundCall("{num_virtual_tokens: 2}"))
                    .put("PROMPT_TUNING", aroundCall("{num_virtual_tokens: 2}"))
                    .put("P_TUNING", aroundCall("{num_virtual_tokens: 2, encoder_hidden_size: 8}"))
                    .put("ROAD", atLayer("{group_size: 2}"))
                    .put("TRAINABLE_TOKENS", atLayer("{token_indices: [5, 6, 7]}"))
                    .put("VBLORA", atLayer("{r: 2, num_vectors: 4, vector_length: 2}"))
                    .put("VERA", atLayer("{r: 2}"))
                    .put("XLORA", SmallestConfigs::overOneExpert)
                    .buildOrThrow();

    private SmallestConfigs() {}

    /** The config of a method for a place. */
    static PeftConfig of(String method, TrialPlace place, Path scratch) throws IOException {
        Form form = FORMS.get(method);
        if (form == null) {
            throw new AssertionError(
                    "The method "
                            + method
                            + " has no row in "
                            + SmallestConfigs.class.getSimpleName()
                            + ", so nobody has tried it. Add atLayer(\"{...}\") with the options"
                            + " that a layer of 6 features needs, or aroundCall(\"{...}\") if it"
                            + " selects no layers.");
        }
        JsonObject config = form.at(place, Files.createTempDirectory(scratch, "trial"));
        config.addProperty("peft_type", method);
        if (place.task() != null) {
            config.addProperty("task_type", place.task().name());
        }
        return PeftConfig.fromJson(config.toString());
    }

    private static Form aroundCall(String options) {
        return (place, scratch) -> JsonParser.parseString(options).getAsJsonObject();
    }

    private static Form atLayer(String options) {
        return (place, scratch) -> {
            JsonObject config = JsonParser.parseString(options).getAsJsonObject();
            JsonArray targets = new JsonArray();
            targets.add(place.layer());
            config.add("target_modules", targets);
            return config;
        };
    }

    private static JsonObject overOneExpert(TrialPlace place, Path scratch) throws IOException {
        PeftConfig expert = of("LORA", place.withoutTask(), scratch);
        try (PeftModel model = PeftModels.getPeftModel(place.base().block(), expert)) {
            model.savePretrained(scratch);
        }
        JsonObject experts = new JsonObject();
        experts.addProperty("0", scratch.toString());
        JsonObject config = new JsonObject();
        config.add("adapters", experts);
        config.addProperty("hidden_size", 32);
        return config;
    }
}
