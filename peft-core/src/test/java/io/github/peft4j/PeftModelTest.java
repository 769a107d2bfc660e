package io.github.peft4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.config.Bias;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.exception.MalformedTensorFileException;
import io.github.peft4j.exception.NoMatchingModuleException;
import io.github.peft4j.model.ParameterCount;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.LeakCheck;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PeftModelTest {

    private final ToyModel toy = ToyModel.ours();
    private final NDManager scope = NDManager.newBaseManager("PyTorch");
    private final PeftModel model = PeftModels.getPeftModel(toy.base().block(), config().build());

    @AfterEach
    void close() {
        model.close();
        scope.close();
        toy.close();
    }

    private static LoraConfig.Builder config() {
        return LoraConfig.builder().optR(2).optTargetModules("up", "down");
    }

    /** Gives an adapter numbers that act. */
    private void train(String name) {
        for (Parameter p : model.adapter(name).trainable()) {
            Tensors.fill(p, scope.randomNormal(p.getShape()), 1);
        }
    }

    private byte[] output() {
        return Tensors.bytes(model.forward(toy.input(scope)).logits());
    }

    private byte[] output(Activation activation) {
        return Tensors.bytes(model.forward(toy.input(scope), activation).logits());
    }

    @Test
    void canDoWithoutAnAdapterAtFirst() {
        byte[] base = output(Activation.none());
        try (PeftModel bare = PeftModels.withoutAdapters(model.base().block(), TaskType.SEQ_CLS)) {
            assertThat(Tensors.bytes(bare.forward(toy.input(scope)).logits())).isEqualTo(base);

            bare.addAdapter("first", config().optInitLoraWeights(false).build());
            bare.setAdapter("first");
            assertThat(Tensors.bytes(bare.forward(toy.input(scope)).logits())).isNotEqualTo(base);
        }
    }

    @Test
    void refusesAnAdapterNameThatIsTaken() {
        assertThatThrownBy(() -> model.addAdapter("default", config().build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "There is an adapter 'default' already. Choose another name or delete it.");
    }

    @Test
    void refusesNamesThatCannotBeAFolderAndAPartOfAKey() {
        for (String name :
                new String[] {
                    "", "a/b", "a\\b", "a.b", "..", "x\n", "\0", "\u001b[2J", "x".repeat(101)
                }) {
            assertThatThrownBy(() -> model.addAdapter(name, config().build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(
                            "Adapter name "
                                    + MalformedTensorFileException.quote(name)
                                    + " cannot be the name of a folder and a part of a key")
                    .hasMessageEndingWith("Use letters, digits, '-' and '_'.");
            assertThatThrownBy(() -> model.copyAdapter("default", name))
                    .hasMessageContaining("cannot be the name of a folder");
            assertThatThrownBy(
                            () -> model.loadAdapter(Golden.path("adapters/lora-seqcls-bert"), name))
                    .hasMessageStartingWith("Adapter name ")
                    .hasMessageContaining("cannot be the name of a folder");
        }
    }

    @Test
    void refusesUnknownAdapters() {
        String text =
                "There is no adapter 'x'. Adapters of this model: [default]. Add or load it first.";

        assertThatThrownBy(() -> model.setAdapter("x")).hasMessage(text);
        assertThatThrownBy(() -> model.deleteAdapter("x")).hasMessage(text);
        assertThatThrownBy(() -> model.copyAdapter("x", "y")).hasMessage(text);
        assertThatThrownBy(() -> output(Activation.of("x"))).hasMessage(text);
        assertThat(model.activeAdapters()).containsExactly("default");
    }

    @Test
    void refusesToActivateNothing() {
        assertThatThrownBy(model::setAdapter)
                .hasMessage(
                        "setAdapter names no adapter. Adapters of this model: [default]. Name one;"
                                + " disableAdapter() switches them off for a while.");
    }

    @Test
    void refusesAPeftModelAsABase() {
        assertThatThrownBy(() -> PeftModels.getPeftModel(model, config().build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "The base is a PeftModel already. Add a second adapter with"
                                + " addAdapter(name, config), or wrap its base().");
    }

    @Test
    void saysWhichLayersThereAreIfNoneMatches() {
        LoraConfig wrong = LoraConfig.builder().optTargetModules("upp").build();

        assertThatThrownBy(() -> model.addAdapter("x", wrong))
                .isInstanceOf(NoMatchingModuleException.class)
                .hasMessage(
                        "No layer matches target_modules [upp]. Layers that can be adapted are"
                                + " called: down, table, up. Did you mean \"up\"? Pass"
                                + " optTargetModules(\"up\") or optTargetModules(\"all-linear\").");
    }

    @Test
    void leavesNothingBehindIfItCannotBeMade() {
        LoraConfig wrong = LoraConfig.builder().optTargetModules("upp").build();
        int before = LeakCheck.count();

        assertThatThrownBy(() -> PeftModels.getPeftModel(toy.base().block(), wrong))
                .isInstanceOf(NoMatchingModuleException.class);

        assertThat(LeakCheck.count()).isEqualTo(before);
    }

    @Test
    void refusesDropoutWhereALayerGivesItsWeightOnly() {
        LoraConfig dropout = config().optLoraDropout(0.1).build();
        try (ToyModel stock = ToyModel.stock()) {
            assertThatThrownBy(() -> PeftModels.getPeftModel(stock.base().block(), dropout))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "lora_dropout = 0.1 acts on the layer's input, but layer up"
                                    + " (ai.djl.nn.core.Linear) gives adapters its weight only. Set"
                                    + " it to 0, or use the layers of io.github.peft4j.nn.");
        }
    }

    @Test
    void countsWhatTrainsAndWhatThereIs() {
        // Base: 66 + 56 + 16 + 27; adapter: 2 (6 + 8) + 2 (8 + 3).
        assertThat(model.trainableParameters()).isEqualTo(new ParameterCount(50, 215));
        assertThat(model.trainableParameters())
                .hasToString("trainable params: 50 || all params: 215 || trainable%: 23.2558");

        model.addAdapter("saves", config().optModulesToSave("down").build());
        assertThat(model.trainableParameters()).isEqualTo(new ParameterCount(50, 215 + 28 + 27));
        model.setAdapter("saves");
        assertThat(model.trainableParameters()).isEqualTo(new ParameterCount(55, 270));
    }

    @Test
    void trainsActiveAdaptersAlone() {
        model.addAdapter("second", config().build());

        assertThat(model.adapter("second").trainable()).noneMatch(Parameter::requiresGradient);
        model.setAdapter("second");

        assertThat(model.adapter("second").trainable()).allMatch(Parameter::requiresGradient);
        assertThat(model.adapter("default").trainable()).noneMatch(Parameter::requiresGradient);
        assertThat(model.trainableTensors()).hasSize(4);
        model.setAdapter("second", "default");
        assertThat(model.trainableTensors().keySet())
                .contains("second.base_model.model.up.lora_A.weight")
                .hasSize(8);
    }

    @Test
    void copiesAnAdapterThatThenGoesItsOwnWay() {
        train("default");
        byte[] before = output();

        model.copyAdapter("default", "copy");
        train("default");

        assertThat(output(Activation.of("copy"))).isEqualTo(before);
        assertThat(output()).isNotEqualTo(before);
    }

    @Test
    void refusesTwoCopiesOfOneHead() {
        model.addAdapter("a", config().optModulesToSave("down").build());
        model.addAdapter("b", config().optModulesToSave("down").build());

        assertThatThrownBy(() -> model.setAdapter("a", "b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Adapters [a, b] each own a copy of down; only one copy can act. Activate"
                                + " one of them, or train the others without modules_to_save.");
        assertThat(model.activeAdapters()).containsExactly("default");
        model.setAdapter("a");
        model.setAdapter("default", "b");
    }

    @Test
    void onlyOneAdapterMayTrainBiases() {
        model.addAdapter("biased", config().optBias(Bias.ALL).build());

        assertThatThrownBy(
                        () -> model.addAdapter("x", config().optBias(Bias.ADAPTED_LAYERS).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Only one adapter of a model may train the base's biases (bias other than"
                                + " 'none'), and one does already. Use bias 'none' for the others.");
    }

    @Test
    void biasesAreThoseOfAllLayersOrOfAdaptedOnes() {
        model.addAdapter("all", config().optBias(Bias.ALL).build());
        assertThat(biasKeys("all"))
                .containsExactlyInAnyOrder(
                        "base_model.model.up.base_layer.bias",
                        "base_model.model.norm.bias",
                        "base_model.model.down.base_layer.bias");
        model.deleteAdapter("all");

        model.addAdapter(
                "some", config().optTargetModules("up").optBias(Bias.ADAPTED_LAYERS).build());
        assertThat(biasKeys("some")).containsExactly("base_model.model.up.base_layer.bias");
    }

    private Iterable<String> biasKeys(String name) {
        return model.adapter(name).tensors().keySet().stream()
                .filter(key -> key.endsWith(".bias"))
                .toList();
    }

    @Test
    void trainedBiasesOutliveDisablingAsInPeft() {
        byte[] bare = output(Activation.none());
        model.addAdapter("biased", config().optBias(Bias.ALL).build());
        model.setAdapter("biased");
        assertThat(output()).isEqualTo(bare);
        train("biased");

        try (DisabledAdapters off = model.disableAdapter()) {
            assertThat(output()).isNotEqualTo(bare);
        }
        assertThat(output(Activation.none())).isEqualTo(bare);
    }

    @Test
    void aHeadActsBesideBiasesThatAnotherAdapterTrained() {
        model.addAdapter("biased", config().optTargetModules("up").optBias(Bias.ALL).build());
        model.addAdapter("head", config().optTargetModules("up").optModulesToSave("down").build());
        Parameter bias = Tensors.get(model.adapter("head").tensors(), "base_model.model.down.bias");

        model.setAdapter("head");
        byte[] before = output();
        Tensors.fill(bias, scope.ones(new Shape(3)), 9);

        assertThat(output()).isNotEqualTo(before);
    }

    @Test
    void runsAsADjlBlock() {
        train("default");
        NDArray x = toy.input(scope).toList().get(0);

        NDList list = model.forward(model.newStore(), new NDList(x), false);

        assertThat(Tensors.bytes(list.get(0))).isEqualTo(output());
        assertThat(model.getChildren().isEmpty()).isTrue();
        assertThat(model.getParameters().keys())
                .containsExactlyElementsOf(model.adapter("default").tensors().keySet());
    }

    @Test
    void trainsUnderADjlTrainer() {
        ImmutableMap<String, byte[]> before = toy.bytes();
        byte[] start = output();
        DefaultTrainingConfig config =
                new DefaultTrainingConfig(Loss.l1Loss())
                        .optOptimizer(
                                Optimizer.sgd()
                                        .setLearningRateTracker(Tracker.fixed(0.1f))
                                        .optWeightDecays(0.5f)
                                        .build());
        try (Model shell = Model.newInstance("toy", "PyTorch")) {
            shell.setBlock(model);
            try (Trainer trainer = shell.newTrainer(config)) {
                trainer.initialize(new Shape(4, 5));
                for (int i = 0; i < 3; i++) {
                    try (GradientCollector collector = trainer.newGradientCollector()) {
                        NDList y = trainer.forward(toy.input(scope).toList());
                        collector.backward(y.get(0).sum());
                    }
                    trainer.step();
                }
            }
        }

        assertThat(toy.bytes()).containsExactlyEntriesOf(before);
        assertThat(output()).isNotEqualTo(start);
        Map<String, Parameter> tensors = model.adapter("default").tensors();
        assertThat(tensors.values()).allMatch(Parameter::requiresGradient);
    }
}
