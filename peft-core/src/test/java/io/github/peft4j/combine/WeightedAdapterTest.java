package io.github.peft4j.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.tuner.lora.InitLoraWeights;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightedAdapterTest {

    private Weighted kit;

    @BeforeEach
    void makeTwoAdapters() {
        kit = new Weighted(Weighted.lora(2, "table", "up", "down").build());
        kit.add("two", Weighted.lora(3, "up", "down").build());
    }

    @AfterEach
    void close() {
        kit.close();
    }

    private static WeightedAdapterOptions.Builder both() {
        return WeightedAdapterOptions.builder().addAdapter("one", 0.7).addAdapter("two", -0.4);
    }

    private Activation weighted(double one, double two) {
        return Activation.of("one", "two").scale("one", one).scale("two", two);
    }

    private void assertSame(NDArray ours, NDArray theirs) {
        Tensors.assertClose(ours, theirs, 1e-5, "output");
    }

    @Test
    void catIsTheExactSumAtTheSumOfTheRanks() {
        EnergyReport report =
                kit.model.addWeightedAdapter(
                        "sum", both().optCombinationType(CombinationType.CAT).build());

        assertSame(kit.output("sum"), kit.output(weighted(0.7, -0.4)));
        LoraConfig config = (LoraConfig) Tensors.get(kit.model.peftConfig(), "sum");
        assertThat(config.r()).isEqualTo(5);
        assertThat(config.loraAlpha()).isEqualTo(5);
        assertThat(report).isEqualTo(EnergyReport.NONE);
        assertThat(kit.model.activeAdapters()).containsExactly("one");
    }

    @Test
    void svdIsTheExactSumAtFullRank() {
        EnergyReport report = kit.model.addWeightedAdapter("sum", both().optSvdRank(6).build());

        assertSame(kit.output("sum"), kit.output(weighted(0.7, -0.4)));
        assertThat(report.layers()).hasSize(3);
        assertThat(report.discardedShare()).isLessThan(1e-9);
    }

    @Test
    void reportsWhatARankLeavesOut() {
        EnergyReport one = kit.model.addWeightedAdapter("r1", both().optSvdRank(1).build());
        EnergyReport two = kit.model.addWeightedAdapter("r2", both().optSvdRank(2).build());

        assertThat(one.discardedShare()).isGreaterThan(two.discardedShare()).isBetween(0.0, 1.0);
        assertThat(two.discardedShare()).isPositive();
        assertThat(one.layers())
                .extracting(LayerEnergy::path)
                .containsExactlyInAnyOrder("table", "up", "down");
        assertThat(one.layers()).extracting(LayerEnergy::rank).containsOnly(1);
        double up =
                one.layers().stream()
                        .filter(layer -> layer.path().equals("up"))
                        .mapToDouble(LayerEnergy::total)
                        .sum();
        assertThat(up).isLessThan(one.total());
    }

    @ParameterizedTest
    @EnumSource(CombinationType.class)
    void isExactForASingleAdapterWhateverTheType(CombinationType type) {
        kit.model.addWeightedAdapter(
                "twice",
                WeightedAdapterOptions.builder()
                        .addAdapter("two", -2)
                        .optCombinationType(type)
                        .build());

        assertSame(kit.output("twice"), kit.output(Activation.of("two").scale("two", -2)));
    }

    /** Cross terms: (A + A)(B + B) of one adapter is four times its product over two roots. */
    @Test
    void linearAddsFactorsWithTheRootsOfTheWeights() {
        kit.model.addWeightedAdapter(
                "sum",
                WeightedAdapterOptions.builder()
                        .addAdapter("two", 1)
                        .addAdapter("two", 1)
                        .optCombinationType("linear")
                        .build());

        assertSame(kit.output("sum"), kit.output(Activation.of("two").scale("two", 4)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dare_linear_svd", "dare_ties_svd"})
    void drawsTheSameNumbersForTheSameSeed(String type) {
        for (String name : List.of("a", "b")) {
            kit.model.addWeightedAdapter(
                    name, both().optCombinationType(type).optDensity(0.5).optSeed(3).build());
        }
        kit.model.addWeightedAdapter(
                "c", both().optCombinationType(type).optDensity(0.5).optSeed(4).build());

        assertThat(kit.output("a").toFloatArray()).isEqualTo(kit.output("b").toFloatArray());
        assertThat(Tensors.relativeError(kit.output("c"), kit.output("a"))).isGreaterThan(1e-3);
    }

    @Test
    void prunesNothingAtADensityOfOne() {
        kit.model.addWeightedAdapter(
                "sum",
                both().optCombinationType("dare_linear_svd").optDensity(1).optSvdRank(6).build());

        assertSame(kit.output("sum"), kit.output(weighted(0.7, -0.4)));
    }

    /** Python lets it act √r times as strongly. */
    @Test
    void actsAsStronglyAsTheSumWithRankStabilisedScalesIfAsked() {
        try (Weighted stable =
                new Weighted(Weighted.lora(2, "up", "down").optUseRslora(true).build())) {
            stable.add("two", Weighted.lora(2, "up").optUseRslora(true).build());
            WeightedAdapterOptions.Builder cat = both().optCombinationType("cat");
            stable.model.addWeightedAdapter("python", cat.build());
            stable.model.addWeightedAdapter("exact", cat.optExactScale(true).build());

            NDArray sum = stable.output(weighted(0.7, -0.4));
            assertSame(stable.output("exact"), sum);
            assertSame(
                    stable.output(Activation.of("python").scale("python", 1 / Math.sqrt(4))), sum);
        }
    }

    /** The first adapter's indices and exclusions would lose layers of the others. */
    @Test
    void actsAtTheLayersOfAllWhateverTheFirstOneLeavesOut() {
        kit.add("three", Weighted.lora(2, "up", "down").optExcludeModules("down").build());
        kit.model.addWeightedAdapter(
                "sum",
                WeightedAdapterOptions.builder()
                        .addAdapter("three", 1)
                        .addAdapter("two", 1)
                        .optCombinationType("cat")
                        .build());

        assertThat(kit.model.adapter("sum").layers()).containsOnlyKeys("up", "down");
        assertSame(kit.output("sum"), kit.output(Activation.of("three", "two")));
    }

    @Test
    void joinsRegularExpressions() {
        kit.add("three", LoraConfig.builder().optR(2).optTargetModulesRegex("u.").build());
        kit.add("four", LoraConfig.builder().optR(2).optTargetModulesRegex("do.*").build());
        kit.model.addWeightedAdapter(
                "sum",
                WeightedAdapterOptions.builder()
                        .addAdapter("three", 1)
                        .addAdapter("four", 1)
                        .build());

        PeftConfig config = Tensors.get(kit.model.peftConfig(), "sum");
        assertThat(((LoraConfig) config).targetModules().orElseThrow().value())
                .isEqualTo("(u.)|(do.*)");
    }

    /** The product of such a start's pair is relative to a base that it has changed. */
    @Test
    void addsStartsThatTakeAPartOutOfTheBase() {
        LoraConfig pissa = Weighted.lora(2, "up").optInitLoraWeights(InitLoraWeights.PISSA).build();
        kit.add("pissa", pissa);
        kit.model.addWeightedAdapter(
                "sum",
                WeightedAdapterOptions.builder()
                        .addAdapter("pissa", 1)
                        .addAdapter("two", 0.5)
                        .optCombinationType("cat")
                        .build());

        assertSame(kit.output("sum"), kit.output(Activation.of("pissa", "two").scale("two", 0.5)));
        LoraConfig config = (LoraConfig) Tensors.get(kit.model.peftConfig(), "sum");
        assertThat(config.r()).isEqualTo(7);
        assertThat(config.initLoraWeights()).isEqualTo(InitLoraWeights.TRUE);
    }

    @Test
    void takesAlongTheModuleThatOneOfThemSavesWhole() {
        kit.add("head", Weighted.lora(2, "up").optModulesToSave("norm").build());
        kit.model.addWeightedAdapter(
                "sum",
                WeightedAdapterOptions.builder()
                        .addAdapter("two", 1)
                        .addAdapter("head", 1)
                        .optCombinationType("cat")
                        .build());

        assertSame(kit.output("sum"), kit.output(Activation.of("two", "head")));
        assertThatThrownBy(
                        () ->
                                kit.model.addWeightedAdapter(
                                        "more",
                                        WeightedAdapterOptions.builder()
                                                .addAdapter("sum", 1)
                                                .addAdapter("head", 1)
                                                .build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'sum' and 'head' both own a copy of norm");
    }

    @Test
    void changesNothingIfItFails() {
        Map<String, PeftConfig> before = kit.model.peftConfig();

        assertThatThrownBy(
                        () ->
                                kit.model.addWeightedAdapter(
                                        "sum", both().optCombinationType("linear").build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[one, two] have the ranks [2, 3]")
                .hasMessageContaining("'cat' or 'svd'");
        assertThat(kit.model.peftConfig()).isEqualTo(before);
    }
}
