package io.github.peft4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.LeakCheck;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.tuner.adalora.AdaLoraConfig;
import io.github.peft4j.tuner.lntuning.LNTuningConfig;
import io.github.peft4j.tuner.loha.LoHaConfig;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.oft.OFTConfig;
import io.github.peft4j.tuner.prompttuning.PromptTuningConfig;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeftMixedModelTest {

    private final ToyModel toy = ToyModel.ours();
    private final NDManager scope = NDManager.newBaseManager("PyTorch");
    private final PeftModel model = PeftModels.getMixedModel(toy.base().block(), lora(2), "low");

    @TempDir private Path folder;

    @BeforeEach
    void addOtherMethods() {
        add("turn", OFTConfig.builder().optOftBlockSize(2).optTargetModules("up").build());
        add("again", lora(1));
        add("hadamard", LoHaConfig.builder().optR(2).optTargetModules("up", "down").build());
        moveOffStart("low");
    }

    @AfterEach
    void close() {
        model.close();
        scope.close();
        toy.close();
    }

    private static LoraConfig lora(int rank) {
        return LoraConfig.builder().optR(rank).optTargetModules("up", "down").build();
    }

    private void add(String name, PeftConfig config) {
        model.addAdapter(name, config);
        moveOffStart(name);
    }

    private void moveOffStart(String name) {
        for (Parameter p : model.adapter(name).trainable()) {
            Tensors.fill(p, scope.randomNormal(p.getShape()), 0.3);
        }
    }

    private NDArray output(String... names) {
        return model.forward(toy.input(scope), Activation.of(names)).logits();
    }

    @Test
    void laysTheLaterMethodAroundTheEarlierWhateverTheActivationSays() {
        assertThat(Tensors.bytes(output("turn", "low")))
                .isEqualTo(Tensors.bytes(output("low", "turn")));
        Tensors.assertClose(output("again", "turn"), output("turn", "again"), 1e-6, "again");
        assertThat(Tensors.relativeError(output("low", "turn"), output("low"))).isGreaterThan(0.01);
    }

    @Test
    void turnsTheInputOfWhatLiesBeneathAlone() {
        // "again" holds the tensors of "low" here, so only its place can make the difference
        model.deleteAdapter("again");
        model.copyAdapter("low", "again");

        assertThat(Tensors.relativeError(output("turn", "again"), output("turn", "low")))
                .isGreaterThan(1e-3);
    }

    @Test
    void mergesWhatItComputes() {
        model.setAdapter("low", "turn", "again", "hadamard");
        NDArray active = model.forward(toy.input(scope)).logits();

        try (MergedModel merged = model.mergeAndUnload()) {
            Tensors.assertClose(merged.forward(toy.input(scope)).logits(), active, 1e-5, "merged");
        }
        model.mergeAdapter();
        Tensors.assertClose(model.forward(toy.input(scope)).logits(), active, 1e-5, "in place");
        model.unmergeAdapter();
        assertThat(Tensors.bytes(model.forward(toy.input(scope)).logits()))
                .isEqualTo(Tensors.bytes(active));
    }

    @Test
    void forgetsAnAdapterOfOneMethodAndKeepsTheOthers() {
        NDArray others = output("low", "hadamard");

        model.setAdapter("low", "turn", "hadamard");
        model.deleteAdapter("turn");

        assertThat(model.activeAdapters()).containsExactly("low", "hadamard");
        assertThat(Tensors.bytes(model.forward(toy.input(scope)).logits()))
                .isEqualTo(Tensors.bytes(others));
    }

    @Test
    void savesEachAdapterAsTheOrdinaryAdapterThatItIs() throws IOException {
        model.savePretrained(folder);
        NDArray turned = output("turn");

        try (PeftModel alone =
                PeftModels.fromPretrained(toy.base().block(), folder.resolve("turn"))) {
            assertThat(alone).isExactlyInstanceOf(PeftModel.class);
            Tensors.assertClose(alone.forward(toy.input(scope)).logits(), turned, 1e-6, "turn");
        }
        try (PeftModel both =
                PeftModels.mixedFromPretrained(toy.base().block(), folder.resolve("low"), "low")) {
            both.loadAdapter(folder.resolve("turn"), "turn");
            both.setAdapter("turn", "low");
            assertThat(both).isInstanceOf(PeftMixedModel.class);
            Tensors.assertClose(
                    both.forward(toy.input(scope)).logits(), output("low", "turn"), 1e-6, "both");
        }
    }

    @Test
    void trainsTheActiveAdaptersOfEveryMethod() {
        model.setAdapter("low", "turn");

        assertThat(model.trainableTensors().keySet())
                .anyMatch(key -> key.startsWith("low.") && key.contains("lora_A"))
                .anyMatch(key -> key.startsWith("turn.") && key.contains("oft_R"))
                .noneMatch(key -> key.startsWith("again."));
    }

    @Test
    void asksOnlyAdaptersOfTheMethodWhetherTheyAgree() {
        AdaLoraConfig trains =
                AdaLoraConfig.builder().setTotalStep(10).optTargetModules("up").build();
        model.addAdapter("pruned", trains);

        assertThatThrownBy(() -> model.addAdapter("pruned2", trains))
                .hasMessageContaining("AdaLoRA");
    }

    @Test
    void refusesWhatActsAroundTheModelAndLeavesNothingBehind() {
        int before = LeakCheck.count();

        assertThatThrownBy(
                        () ->
                                model.addAdapter(
                                        "norms",
                                        LNTuningConfig.builder().optTargetModules("norm").build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Adapter 'norms' of method LN_TUNING takes the place of whole modules, so"
                                + " it cannot be one of several methods in a model: those change"
                                + " layers, each on top of the others. Give it a PeftModel of its"
                                + " own over the same base, which is shared, not copied.");
        assertThatThrownBy(
                        () ->
                                PeftModels.getMixedModel(
                                        toy.base().block(),
                                        PromptTuningConfig.builder()
                                                .setNumVirtualTokens(2)
                                                .optTokenDim(6)
                                                .build()))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(LeakCheck.count()).isEqualTo(before);
        assertThat(model.peftConfig().keySet()).containsExactly("low", "turn", "again", "hadamard");
    }

    @Test
    void saysHowToMixWhereAModelDoesNot() {
        try (PeftModel plain = PeftModels.getPeftModel(toy.base().block(), lora(2))) {
            assertThatThrownBy(
                            () ->
                                    plain.addAdapter(
                                            "turn",
                                            OFTConfig.builder().optTargetModules("up").build()))
                    .hasMessageContaining("all of one method")
                    .hasMessageContaining("PeftModels.getMixedModel");
        }
    }
}
