package io.github.peft4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.report.LayerMerge;
import io.github.peft4j.report.LogitDrift;
import io.github.peft4j.report.MergeType;
import io.github.peft4j.report.MergeVerdict.Advice;
import io.github.peft4j.report.MergeVerdict;
import io.github.peft4j.testkit.LeakCheck;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.tuner.lora.LoraConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergeVerdictTest {

    private final ToyModel toy = ToyModel.ours();
    private final NDManager scope = NDManager.newBaseManager("PyTorch");
    private final PeftModel model =
            PeftModels.getPeftModel(
                    toy.base().block(),
                    LoraConfig.builder().optR(1).optTargetModules("up", "down").build());

    /** A base that was stored in bf16: its weights are numbers of that type. */
    @BeforeEach
    void roundTheBase() {
        for (String name : new String[] {"up.weight", "down.weight"}) {
            Parameter weight = Tensors.get(toy.base().parameters(), name);
            float[] numbers = weight.getArray().toFloatArray();
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = Float.intBitsToFloat(Float.floatToIntBits(numbers[i]) & 0xffff0000);
            }
            Tensors.fill(weight, scope.create(numbers, weight.getShape()), 1);
        }
    }

    @AfterEach
    void close() {
        model.close();
        scope.close();
        toy.close();
    }

    private void train(double size) {
        for (Parameter p : model.adapter("default").trainable()) {
            Tensors.fill(p, scope.randomNormal(p.getShape()), size);
        }
    }

    @Test
    void keepsAChangeThatIsLargeAgainstTheStep() {
        train(0.8);

        MergeVerdict verdict = model.mergeVerdict(MergeType.BF16);

        assertThat(verdict.adapters()).containsExactly("default");
        assertThat(verdict.layers())
                .extracting(LayerMerge::name)
                .containsExactly("up.weight", "down.weight");
        assertThat(verdict.kept()).isCloseTo(1, within(0.01));
        assertThat(verdict.error()).isLessThan(0.02);
        assertThat(verdict.advice()).isEqualTo(Advice.MERGE);
    }

    @Test
    void losesAChangeThatIsSmallAgainstTheStep() {
        train(1e-3);

        MergeVerdict verdict = model.mergeVerdict(MergeType.BF16);

        assertThat(verdict.kept()).isLessThan(0.2);
        assertThat(verdict.error()).isGreaterThan(0.8);
        assertThat(verdict.advice()).isEqualTo(Advice.KEEP_APART);
        assertThat(verdict.layers()).allMatch(layer -> layer.change() < layer.step() / 10);
    }

    @Test
    void losesLessWhereTheTypeIsFiner() {
        train(0.1);

        double half = model.mergeVerdict(MergeType.F16).error();
        double brain = model.mergeVerdict(MergeType.BF16).error();
        double bytes = model.mergeVerdict(MergeType.INT8).error();

        assertThat(brain / half).isBetween(6.0, 10.0); // three bits
        assertThat(bytes).isGreaterThan(half);
    }

    @Test
    void measuresTheChangeAndTheStep() {
        train(0.5);
        Parameter a = Tensors.get(model.adapter("default").tensors(), key("down.lora_A"));
        Parameter b = Tensors.get(model.adapter("default").tensors(), key("down.lora_B"));
        double scale = 8; // lora_alpha 8 over r 1
        double change =
                scale * norm(a) * norm(b) / Math.sqrt(a.getShape().size() * b.getShape().size());

        LayerMerge down = model.mergeVerdict(MergeType.INT8).layers().get(1);

        assertThat(down.name()).isEqualTo("down.weight");
        assertThat(down.change()).isCloseTo(change, within(1e-4 * change));
        assertThat(down.numbers()).isEqualTo(a.getShape().size() * b.getShape().size());
        assertThat(down.step()).isBetween(down.weight() / 127, 5 * (down.weight() + change) / 127);
    }

    private static String key(String suffix) {
        return "base_model.model." + suffix + ".weight";
    }

    private static double norm(Parameter p) {
        double sum = 0;
        for (float x : p.getArray().toFloatArray()) {
            sum += x * x;
        }
        return Math.sqrt(sum);
    }

    @Test
    void showsTheDriftInUseAndChangesNothing() {
        train(0.8);
        byte[] before = Tensors.bytes(model.forward(toy.input(scope)).logits());

        LogitDrift fine = drift(MergeType.BF16); // fills what the base keeps for its passes
        int arrays = LeakCheck.count();
        LogitDrift coarse = drift(MergeType.INT8);
        MergeVerdict verdict = model.mergeVerdict(MergeType.BF16, "default");

        assertThat(LeakCheck.count()).isEqualTo(arrays);

        assertThat(fine.drift()).isBetween(1e-5, 0.02);
        assertThat(coarse.drift()).isBetween(1e-5, 0.05);
        assertThat(fine.effect()).isGreaterThan(0.3);
        assertThat(fine.agreement()).isGreaterThan(0.9);
        assertThat(verdict.layers()).hasSize(2);
        assertThat(Tensors.bytes(model.forward(toy.input(scope)).logits())).isEqualTo(before);
        assertThat(model.mergedAdapters()).isEmpty();
    }

    private LogitDrift drift(MergeType type) {
        try (NDManager own = scope.newSubManager()) {
            return model.mergeDrift(type, toy.input(own));
        }
    }

    @Test
    void isAFewLinesForPeople() {
        train(1e-3);

        assertThat(model.mergeVerdict(MergeType.BF16).toString())
                .startsWith("Merging [default] into BF16: ")
                .contains("of the change is kept, rounding adds ")
                .contains("Keep the adapter apart, or save the merged model in float32")
                .contains("\n  up.weight: change ")
                .contains(" steps (");
        assertThat(model.mergeDrift(MergeType.BF16, toy.input(scope)).toString())
                .startsWith("logits drift by ");
    }

    @Test
    void refusesNamesThatItDoesNotKnow() {
        assertThatThrownBy(() -> model.mergeVerdict(MergeType.BF16, "x"))
                .hasMessageContaining("There is no adapter 'x'");
    }

    @ParameterizedTest
    @CsvSource({
        "BF16, 1.003, 1.0",
        "BF16, 1.005, 1.0078125",
        "BF16, -3.01, -3.015625",
        "F16, 1.0004, 1.0",
        "F16, 1.0006, 1.0009765625",
        "F16, 70000, Infinity",
        "F16, 1e-9, 0",
        "F16, 4e-8, 5.9604644775390625e-8",
        "INT8, 0.51, 0.5118110236220472",
        "INT8, 1.0, 1.0"
    })
    void roundsAsTheTypeDoes(MergeType type, double number, double rounded) {
        assertThat(type.round(number, 1)).isCloseTo(rounded, within(1e-15));
    }
}
