package io.github.peft4j.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.tuner.ia3.IA3Config;
import io.github.peft4j.tuner.lora.InitLoraWeights;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HotSwapTest {

    @TempDir private Path folder;

    private Weighted kit;

    /** Adapter "one" serves; "small", "big" and "less" lie in folders of their names. */
    @BeforeEach
    void saveAdapters() throws IOException {
        kit = new Weighted(Weighted.lora(4, "table", "up", "down").build());
        kit.add("small", Weighted.lora(2, "table", "up", "down").build());
        kit.add("big", Weighted.lora(6, "table", "up", "down").build());
        kit.add("less", Weighted.lora(3, "up").build());
        kit.model.savePretrained(folder);
    }

    @AfterEach
    void close() {
        kit.close();
    }

    private Path saved(String name) {
        return folder.resolve(name);
    }

    @Test
    void takesTheTensorsOfOtherRanksUnderTheOldName() throws IOException {
        for (String name : List.of("small", "big")) {
            NDArray theirs = kit.output(name);

            kit.model.hotswapAdapter(saved(name), "one");

            assertThat(Tensors.bytes(kit.output("one"))).isEqualTo(Tensors.bytes(theirs));
        }
        LoraConfig config = (LoraConfig) Tensors.get(kit.model.peftConfig(), "one");
        assertThat(config.r()).isEqualTo(6);
        assertThat(config.loraAlpha()).isEqualTo(7);
        assertThat(kit.model.activeAdapters()).containsExactly("one");
        assertThat(kit.model.peftConfig().keySet().iterator().next()).isEqualTo("one");
    }

    @Test
    void silencesTheLayersThatTheFileLacks() throws IOException {
        NDArray theirs = kit.output("less");

        assertThat(kit.model.hotswapAdapter(saved("less"), "one").missingKeys()).hasSize(4);

        Tensors.assertClose(kit.output("one"), theirs, 1e-6, "output");
        kit.model.hotswapAdapter(saved("small"), "one");
        Tensors.assertClose(kit.output("one"), kit.output("small"), 1e-6, "the others again");
    }

    /** A start that is no identity must not come to life in them. */
    @Test
    void silencesThemWhateverTheStartOfTheConfig() throws IOException {
        kit.add("random", Weighted.lora(2, "up", "down").optInitLoraWeights(false).build());
        NDArray theirs = kit.output("less");

        kit.model.hotswapAdapter(saved("less"), "random");

        Tensors.assertClose(kit.output("random"), theirs, 1e-6, "output");
    }

    @Test
    void leavesLayersOfDoraAloneThatTheFileLacks() throws IOException {
        kit.add("wide", Weighted.lora(2, "up", "down").optUseDora(true).build());
        kit.add("narrow", Weighted.lora(2, "up").optUseDora(true).build());
        kit.model.savePretrained(folder, "narrow");
        NDArray theirs = kit.output("narrow");

        kit.model.hotswapAdapter(saved("narrow"), "wide");

        Tensors.assertClose(kit.output("wide"), theirs, 1e-5, "output");
    }

    @Test
    void writesTheNewRanks() throws IOException {
        kit.model.hotswapAdapter(saved("small"), "one");
        Path again = folder.resolve("again");
        kit.model.savePretrained(again, "one");

        try (PeftModel loaded =
                PeftModels.fromPretrained(kit.toy.base().block(), again.resolve("one"))) {
            NDArray ours = loaded.forward(kit.toy.input(kit.manager)).logits();
            assertThat(Tensors.bytes(ours)).isEqualTo(Tensors.bytes(kit.output("small")));
        }
    }

    @Test
    void keepsTraining() throws IOException {
        int before = kit.model.trainableTensors().size();

        kit.model.hotswapAdapter(saved("small"), "one");

        assertThat(kit.model.trainableTensors()).hasSize(before).isNotEmpty();
        assertThat(kit.model.trainableTensors().values())
                .allMatch(tensor -> tensor.requiresGradient());
    }

    /** Every prediction is that of the one or the other, to the last bit. */
    @Test
    void showsNoPassHalfOfIt() throws Exception {
        kit.model.hotswapAdapter(saved("small"), "one");
        byte[] small = Tensors.bytes(kit.output("one"));
        byte[] big = Tensors.bytes(kit.output("big"));
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(3);
        List<Future<Integer>> wrong = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            wrong.add(pool.submit(() -> countOthers(done, small, big)));
        }
        for (int i = 0; i < 60; i++) {
            kit.model.hotswapAdapter(saved(i % 2 == 0 ? "big" : "small"), "one");
        }
        done.set(true);
        for (Future<Integer> each : wrong) {
            assertThat(each.get()).isZero();
        }
        pool.shutdown();
    }

    private int countOthers(AtomicBoolean done, byte[] one, byte[] other)
            throws ExecutionException {
        int wrong = 0;
        while (!done.get()) {
            try (NDManager scope = kit.manager.newSubManager()) {
                byte[] found = Tensors.bytes(kit.model.forward(kit.toy.input(scope)).logits());
                wrong += Arrays.equals(found, one) || Arrays.equals(found, other) ? 0 : 1;
            }
        }
        return wrong;
    }

    private void refuses(String name, Path from, String... texts) {
        byte[] before = Tensors.bytes(kit.output(name));

        assertThatThrownBy(() -> kit.model.hotswapAdapter(from, name))
                .isInstanceOfAny(
                        IllegalArgumentException.class,
                        IllegalStateException.class,
                        UnsupportedFeatureException.class)
                .message()
                .contains(texts);
        assertThat(Tensors.bytes(kit.output(name))).isEqualTo(before);
    }

    @Test
    void refusesTensorsForOtherLayers() throws IOException {
        kit.add("narrow", Weighted.lora(3, "up").build());

        refuses("narrow", saved("small"), "layers that the adapter does not have", "table", "down");
    }

    @Test
    void refusesAnotherForm() throws IOException {
        kit.add("dora", Weighted.lora(4, "up").optUseDora(true).build());
        kit.model.savePretrained(folder, "dora");

        refuses("one", saved("dora"), "use_dora is false for adapter 'one'", "and true");
        refuses("dora", saved("less"), "use_dora is true for adapter 'dora'", "and false");
    }

    @Test
    void refusesStartsThatTakeAPartOutOfTheBase() throws IOException {
        kit.add("pissa", Weighted.lora(3, "up").optInitLoraWeights(InitLoraWeights.PISSA).build());

        refuses("pissa", saved("less"), "init_lora_weights is pissa", "optConvertStart");
    }

    @Test
    void refusesWhatIsMerged() {
        kit.model.mergeAdapter("one");

        assertThatThrownBy(() -> kit.model.hotswapAdapter(saved("small"), "one"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'one' is merged")
                .hasMessageContaining("unmergeAdapter()");
    }

    @Test
    void refusesNamesThatAreNotThere() {
        assertThatThrownBy(() -> kit.model.hotswapAdapter(saved("small"), "nobody"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no adapter 'nobody'");
    }

    @Test
    void refusesOtherMethods() throws IOException {
        try (ToyModel toy = ToyModel.ours();
                PeftModel ia3 =
                        PeftModels.getPeftModel(
                                toy.base().block(),
                                IA3Config.builder()
                                        .optTargetModules("up")
                                        .optFeedforwardModules()
                                        .build())) {
            Path saved = folder.resolve("ia3");
            ia3.savePretrained(saved);

            assertThatThrownBy(() -> ia3.hotswapAdapter(saved, "default"))
                    .isInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("of method IA3")
                    .hasMessageContaining("a name of its own");
            assertThatThrownBy(() -> kit.model.hotswapAdapter(saved, "one"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("method IA3, and 'one' is of method LORA");
        }
    }
}
