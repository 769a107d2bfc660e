package io.github.peft4j.cli.conformance.play;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.github.peft4j.DisabledAdapters;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.cli.conformance.model.NetModel;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.task.generate.PromptBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a row of errors.json does once the model has its adapter. */
public record ErrorSteps(
        BaseModel base, PeftConfig config, PeftModel model, List<String> warnings) {

    private static final int ROWS = 3;
    private static final int TOKENS = 6;
    private static final String SECOND = "second";

    public void run(String step) throws IOException {
        switch (step) {
            case "merge" -> model.mergeAndUnload().close();
            case "forward" -> forward(model, false);
            case "disable" -> {
                try (DisabledAdapters off = model.disableAdapter()) {
                    forward(model, false);
                }
            }
            case "same_name" -> model.addAdapter(PeftModel.DEFAULT_ADAPTER, config);
            case "second" -> model.addAdapter(SECOND, config);
            case "other_method" ->
                    model.addAdapter(
                            SECOND,
                            PeftConfig.fromJson(
                                    "{\"peft_type\":\"LOHA\",\"target_modules\":[\"query\"]}"));
            case "second_bias" -> model.addAdapter(SECOND, with("bias", "lora_only"));
            case "vera_key" -> model.addAdapter(SECOND, with("projection_prng_key", 7));
            case "vera_rank" -> model.addAdapter(SECOND, with("r", 8));
            case "prefix_name" -> wrap("lora");
            case "dotted_name" -> wrap("a.b");
            case "generate_without_ids" -> PromptBatch.of(new long[0][]);
            case "reload_train" -> reloadAndTrain();
            case "bad_batch" -> rows(RowActivation.of(PeftModel.DEFAULT_ADAPTER), false);
            case "train_batch" -> {
                String name = PeftModel.DEFAULT_ADAPTER;
                rows(RowActivation.of(name, RowActivation.BASE, name), true);
            }
            case "checkpointing" ->
                    throw lacks(step, "there is no gradient checkpointing to be switched on");
            case "inject_prompt" ->
                    throw lacks(step, "adapters are not injected into a model without a wrapper");
            case "twice" -> wrapTwice();
            default -> throw lacks(step, "the step is not known");
        }
    }

    private static UnsupportedFeatureException lacks(String step, String reason) {
        return new UnsupportedFeatureException(
                "'" + step + "' has no counterpart in this version: " + reason + ".");
    }

    private PeftConfig with(String key, Object value) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>(config.toMap());
        values.put(key, value);
        return PeftModels.getPeftConfig(values);
    }

    private void wrap(String adapterName) {
        try (PeftModel other = PeftModels.getPeftModel(base.block(), config, adapterName)) {
            warnings.addAll(other.loadReport(adapterName).warnings());
        }
    }

    /** The second model must run, and the first one after it. */
    private void wrapTwice() {
        try (PeftModel other = PeftModels.getPeftModel(base.block(), config)) {
            warnings.addAll(other.loadReport(PeftModel.DEFAULT_ADAPTER).warnings());
            forward(other, false);
        }
        forward(model, false);
    }

    private void reloadAndTrain() throws IOException {
        Path folder = Files.createTempDirectory("peft-conformance");
        try {
            model.savePretrained(folder);
            LoadAdapterOptions options = LoadAdapterOptions.builder().optTrainable(true).build();
            try (PeftModel again =
                    PeftModels.fromPretrained(
                            base.block(), folder, PeftModel.DEFAULT_ADAPTER, options)) {
                forward(again, true);
            }
        } finally {
            MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }

    private void rows(RowActivation activation, boolean training) {
        forward(
                model,
                training,
                input -> model.forward(input, activation, model.newStore(), training));
    }

    private static void forward(PeftModel model, boolean training) {
        forward(model, training, input -> model.forward(input, model.newStore(), training));
    }

    private static void forward(
            PeftModel model, boolean training, Function<ModelInput, ModelOutput> pass) {
        if (model.base() instanceof NetModel) {
            throw lacks("forward", "plain networks get no input here");
        }
        try (NDManager manager = Engines.newManager()) {
            NDArray ids = manager.arange(ROWS * TOKENS).add(2).reshape(ROWS, TOKENS);
            NDArray mask = manager.ones(new Shape(ROWS, TOKENS));
            ModelInput input =
                    ModelInput.of(
                            ImmutableMap.of(
                                    ModelInput.INPUT_IDS,
                                    TensorOps.detachedAs(ids, DataType.INT64),
                                    ModelInput.ATTENTION_MASK,
                                    TensorOps.detachedAs(mask, DataType.INT64)));
            try (Gradients mode = training ? Gradients.on() : Gradients.off()) {
                ModelOutput output = pass.apply(input);
                output.arrays().values().forEach(NDArray::getShape);
            }
        }
    }
}
