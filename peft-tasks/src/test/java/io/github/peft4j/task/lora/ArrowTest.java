package io.github.peft4j.task.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.Folders;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.option.ArrowConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected numbers are Python PEFT's, by arrow/make.py. */
class ArrowTest {

    private static final Path FOLDER = Folders.resource("arrow");
    private static final List<Path> TASKS =
            List.of(FOLDER.resolve("task_0"), FOLDER.resolve("task_1"), FOLDER.resolve("task_2"));
    private static final List<Path> GENERAL =
            List.of(FOLDER.resolve("gks_0"), FOLDER.resolve("gks_1"));

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private TransformerModel base;
    @TempDir private Path saved;

    @BeforeEach
    void load() throws IOException {
        base = Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM);
    }

    @AfterEach
    void close() {
        base.close();
        manager.close();
    }

    private NDArray expected(String name) throws IOException {
        try (SafetensorsReader reader =
                SafetensorsReader.openUnmapped(FOLDER.resolve("expected.safetensors"))) {
            return reader.load(manager, name);
        }
    }

    private NDArray run(PeftModel model) throws IOException {
        NDArray ids = expected("in.input_ids");
        return model.forward(ModelInput.of(ids, ids.onesLike())).logits();
    }

    private static ArrowConfig settings(int topK, double temperature, boolean gks, int seed) {
        return new ArrowConfig(topK, temperature, gks, List.of(), List.of(), Optional.of(seed));
    }

    @ParameterizedTest
    @CsvSource({"two, 2, 0.7, false, 5", "all, 3, 1, false, 5", "one, 1, 1, false, 6"})
    void routesAsPythonDoes(String name, int topK, double temperature, boolean gks, int seed)
            throws IOException {
        try (PeftModel model =
                ArrowModels.createArrowModel(
                        base, TASKS, settings(topK, temperature, gks, seed), List.of())) {
            Tensors.assertClose(run(model), expected("out." + name), 1e-5, name);
        }
    }

    @Test
    void takesTheGeneralKnowledgeOutOfTheExperts() throws IOException {
        try (PeftModel model =
                ArrowModels.createArrowModel(base, TASKS, settings(2, 0.5, true, 7), GENERAL)) {
            NDArray alone = run(model);
            Tensors.assertClose(alone, expected("out.general"), 1e-5, "general");

            model.savePretrained(saved, ArrowModels.ROUTER);
            try (SafetensorsReader reader =
                    SafetensorsReader.open(
                            saved.resolve(ArrowModels.ROUTER)
                                    .resolve("adapter_model.safetensors"))) {
                assertThat(reader.names()).allMatch(key -> key.contains(".lora_"));
            }
        }
    }

    /** The experts themselves stay what they were. */
    @Test
    void loadsARouterThatPythonSaved() throws IOException {
        try (PeftModel model = PeftModels.fromPretrained(base, TASKS.get(0), "task_0")) {
            NDArray before = run(model);
            model.loadAdapter(TASKS.get(1), "task_1");
            model.loadAdapter(TASKS.get(2), "task_2");
            model.loadAdapter(GENERAL.get(0), "gks_0");
            model.loadAdapter(GENERAL.get(1), "gks_1");
            model.loadAdapter(FOLDER.resolve("router"), "router");
            assertThat(model.loadReport("router").warnings()).isEmpty();

            model.setAdapter("router");
            Tensors.assertClose(run(model), expected("out.general"), 1e-5, "router");
            model.setAdapter("task_0");
            Tensors.assertClose(run(model), before, 0, "expert");
        }
    }

    @Test
    void anExpertMayJoinLater() throws IOException {
        ArrowConfig settings = settings(2, 0.7, false, 5);
        try (PeftModel model =
                ArrowModels.createArrowModel(base, TASKS.subList(0, 2), settings, List.of())) {
            NDArray before = run(model);

            assertThat(ArrowModels.addExpert(model, TASKS.get(2))).isEqualTo("task_2");

            assertThat(model.activeAdapters()).containsExactly(ArrowModels.ROUTER);
            assertThat(model.loadReport("task_2").warnings()).isEmpty();
            Tensors.assertClose(run(model), expected("out.two"), 1e-5, "of three");
            assertThat(Tensors.relativeError(before, run(model))).isGreaterThan(1e-4);
        }
    }

    @Test
    void anExpertThatDoesNotFitLeavesTheModelAsItWas() throws IOException {
        ArrowConfig settings = settings(2, 0.7, false, 5);
        try (PeftModel model = ArrowModels.createArrowModel(base, TASKS, settings, List.of())) {
            LoraConfig larger =
                    LoraConfig.builder().optR(7).optTaskType(TaskType.CAUSAL_LM).build();
            try (PeftModel other = PeftModels.getPeftModel(base, larger)) {
                other.savePretrained(saved);
            }

            refuses(() -> ArrowModels.addExpert(model, saved), "rank 7", "rank 2", "Leave it out");
            assertThat(model.peftConfig()).doesNotContainKey("task_3").hasSize(4);
            Tensors.assertClose(run(model), expected("out.two"), 1e-5, "of three");

            model.deleteAdapter(ArrowModels.ROUTER);
            refuses(() -> ArrowModels.addExpert(model, saved), "no router called arrow_router");
        }
    }

    /** PEFT lets it join; nothing joins here that nobody has named. */
    @Test
    void saysThatAnotherAdapterDoesNotJoin() throws IOException {
        ArrowConfig settings = settings(2, 0.7, false, 5);
        try (PeftModel model = ArrowModels.createArrowModel(base, TASKS, settings, List.of())) {
            model.loadAdapter(GENERAL.get(0), "other");

            assertThat(model.loadReport("other").warnings())
                    .singleElement()
                    .asString()
                    .contains("'arrow_router'", "[task_0, task_1, task_2]", "addExpert");
            Tensors.assertClose(run(model), expected("out.two"), 1e-5, "of three");
        }
    }

    /** Its directions are computed once, so an expert must neither go nor get other numbers. */
    @Test
    void keepsItsExperts() throws IOException {
        ArrowConfig settings = settings(2, 0.5, true, 7);
        try (PeftModel model = ArrowModels.createArrowModel(base, TASKS, settings, GENERAL)) {
            List<String> general =
                    model.peftConfig().keySet().stream()
                            .filter(name -> !name.startsWith("task_"))
                            .filter(name -> !name.equals(ArrowModels.ROUTER))
                            .toList();
            assertThat(general).hasSize(2);
            model.loadAdapter(TASKS.get(0), "free");
            for (String name : List.of("task_1", general.get(0))) {
                assertThatThrownBy(() -> model.deleteAdapter(name))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("Adapter '" + name + "' cannot be deleted")
                        .hasMessageContaining("Delete 'arrow_router' first");
            }
            assertThatThrownBy(() -> model.hotswapAdapter(TASKS.get(0), "task_1"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("'task_1' cannot be replaced");
            model.deleteAdapter("free");
            Tensors.assertClose(run(model), expected("out.general"), 1e-5, "still whole");

            model.deleteAdapter(ArrowModels.ROUTER);
            model.deleteAdapter("task_1");
            assertThat(model.peftConfig()).hasSize(4);
        }
    }

    @Test
    void honoursItsScale() throws IOException {
        ArrowConfig settings = settings(2, 0.7, false, 5);
        try (PeftModel model = ArrowModels.createArrowModel(base, TASKS, settings, List.of())) {
            NDArray ids = expected("in.input_ids");
            ModelInput input = ModelInput.of(ids, ids.onesLike());
            Activation routed = Activation.of(ArrowModels.ROUTER);
            NDArray nothing = model.forward(input, routed.scale(ArrowModels.ROUTER, 0)).logits();
            NDArray half = model.forward(input, routed.scale(ArrowModels.ROUTER, 0.5)).logits();

            Tensors.assertClose(
                    nothing, model.forward(input, Activation.none()).logits(), 0, "nothing");
            assertThat(Tensors.relativeError(half, run(model))).isGreaterThan(1e-4);
        }
    }

    @Test
    void needsNoSeed() throws IOException {
        ArrowConfig settings = new ArrowConfig(3, List.of());
        try (PeftModel model = ArrowModels.createArrowModel(base, TASKS, settings, List.of())) {
            // a search from another start ends elsewhere where two directions are almost as strong
            assertThat(Tensors.relativeError(run(model), expected("out.all"))).isLessThan(0.3);
        }
    }

    @Test
    void countsNoDirectionAsAParameter() throws IOException {
        try (PeftModel model =
                ArrowModels.createArrowModel(base, TASKS, settings(2, 1, false, 5), List.of())) {
            long pairs =
                    model.adapter("task_0").tensors().values().stream()
                            .mapToLong(p -> p.getShape().size())
                            .sum();
            long all =
                    base.parameters().values().stream().mapToLong(p -> p.getShape().size()).sum();

            assertThat(model.trainableParameters().all()).isEqualTo(all + 4 * pairs);
        }
    }

    @Test
    void cannotBeMerged() throws IOException {
        try (PeftModel model =
                ArrowModels.createArrowModel(base, TASKS, settings(2, 1, false, 5), List.of())) {
            assertThatThrownBy(model::mergeAndUnload)
                    .isInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("has no weight form");
            model.setActivation(Activation.of("task_0"));
            model.mergeAndUnload().close();
        }
    }

    @Test
    void refusesWhatCannotRoute() throws IOException {
        refuses(() -> arrow(List.of(), settings(1, 1, false, 5)), "no task adapters");
        refuses(() -> arrow(TASKS, settings(4, 1, false, 5)), "top_k 4", "are 3 experts");
        refuses(() -> arrow(TASKS, settings(2, 1, true, 5)), "use_gks is true", "general adapters");
        try (PeftModel model = PeftModels.fromPretrained(base, TASKS.get(0), "task_0")) {
            refuses(
                    () -> model.addAdapter("router", router(new ArrowConfig(1, List.of("no")))),
                    "names the adapter 'no'",
                    "Load it first");
            refuses(
                    () -> model.addAdapter("router", router(new ArrowConfig(1, List.of()))),
                    "no task_adapter_names");
            refuses(
                    () ->
                            model.addAdapter(
                                    "router",
                                    router(new ArrowConfig(1, List.of("task_0"))).toBuilder()
                                            .optR(3)
                                            .build()),
                    "names the adapter 'task_0'",
                    "no plain LoRA of rank 3");
            for (Parameter p : model.adapter("task_0").trainable()) {
                assertThat(p.getArray()).isNotNull();
            }
        }
    }

    private void arrow(List<Path> tasks, ArrowConfig settings) throws IOException {
        ArrowModels.createArrowModel(base, tasks, settings, List.of()).close();
    }

    private static LoraConfig router(ArrowConfig settings) {
        return LoraConfig.builder()
                .optR(2)
                .optTargetModules("q_proj", "up_proj")
                .optArrowConfig(settings)
                .build();
    }

    private static void refuses(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... texts) {
        assertThatThrownBy(call)
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(texts));
    }
}
