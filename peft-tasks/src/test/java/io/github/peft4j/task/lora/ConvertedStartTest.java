package io.github.peft4j.task.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.store.SaveAdapterOptions;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters that took something out of the base, saved as plain LoRA. */
class ConvertedStartTest {

    private static final SaveAdapterOptions PLAIN =
            SaveAdapterOptions.builder().optConvertStart(true).build();

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private TransformerModel base;
    @TempDir private Path folder;

    @BeforeEach
    void load() throws IOException {
        base = Transformers.load(Golden.path("models/bert-seqcls"), TaskType.SEQ_CLS);
    }

    @AfterEach
    void close() {
        base.close();
        manager.close();
    }

    private static LoraConfig.Builder config(String start) {
        return LoraConfig.builder()
                .optR(4)
                .optLoraAlpha(8)
                .optTaskType(TaskType.SEQ_CLS)
                .optTargetModules("query", "intermediate.dense")
                .optInitLoraWeights(start);
    }

    private NDArray logits(PeftModel model) {
        NDArray ids = manager.create(new long[][] {{2, 5, 9, 11, 13, 3}});
        return model.forward(ModelInput.of(ids, ids.onesLike())).logits();
    }

    private void train(PeftModel model) {
        for (Parameter tensor : model.trainableTensors().values()) {
            NDArray noise = manager.randomNormal(tensor.getArray().getShape());
            Tensors.fill(tensor, tensor.getArray().add(noise.mul(0.05)), 1);
        }
    }

    /** Saved plain, the adapter must say the same on the base that nothing was taken out of. */
    private LoraConfig assertPlainSaysTheSame(LoraConfig config) throws IOException {
        NDArray trained;
        try (PeftModel model = PeftModels.getPeftModel(base, config)) {
            train(model);
            trained = logits(model);
            model.savePretrained(folder, PLAIN);
        }
        try (PeftModel plain = PeftModels.fromPretrained(base, folder)) {
            assertThat(plain.loadReport(PeftModel.DEFAULT_ADAPTER).warnings()).isEmpty();
            Tensors.assertClose(logits(plain), trained, 1e-5, config.initLoraWeights().toString());
            LoraConfig saved = (LoraConfig) plain.peftConfig().get(PeftModel.DEFAULT_ADAPTER);
            assertThat(saved.initLoraWeights().json()).isEqualTo(true);
            return saved;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pissa", "pissa_niter_4", "olora"})
    void hasTwiceTheRankAndTheSameScale(String start) throws IOException {
        LoraConfig saved = assertPlainSaysTheSame(config(start).build());

        assertThat(saved.r()).isEqualTo(8);
        assertThat(saved.loraAlpha()).isEqualTo(16);
    }

    @Test
    void keepsTheScaleOfRslora() throws IOException {
        LoraConfig saved = assertPlainSaysTheSame(config("pissa").optUseRslora(true).build());

        assertThat(saved.loraAlpha()).isEqualTo(8 * Math.sqrt(2));
    }

    @Test
    void doublesThePatternsToo() throws IOException {
        LoraConfig saved =
                assertPlainSaysTheSame(
                        config("olora")
                                .optRankPattern(Map.of("query", 2))
                                .optAlphaPattern(Map.of("dense", 3))
                                .build());

        assertThat(saved.rankPattern()).containsEntry("query", 4);
        assertThat(saved.alphaPattern().get("dense").doubleValue()).isEqualTo(6);
    }

    /** A layer has no more parts than its smaller side; PEFT cannot convert such an adapter. */
    @ParameterizedTest
    @ValueSource(strings = {"pissa", "olora"})
    void takesARankAboveTheSizeOfALayer(String start) throws IOException {
        LoraConfig config = config(start).optR(6).optRankPattern(Map.of("query", 40)).build();

        assertThat(assertPlainSaysTheSame(config).rankPattern()).containsEntry("query", 80);
        assertThat(assertPlainSaysTheSame(config(start).optR(40).build()).r()).isEqualTo(80);
    }

    @Test
    void refusesWhatPythonCannotConvert() {
        LoraConfig config =
                config("pissa")
                        .optUseRslora(true)
                        .optRankPattern(Map.of("query", 2))
                        .build(warning -> {});
        try (PeftModel model = PeftModels.getPeftModel(base, config)) {
            assertThatThrownBy(() -> model.savePretrained(folder, PLAIN))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("use_rslora is true and rank_pattern");
        }
        try (PeftModel model = PeftModels.getPeftModel(base, config("gaussian").build())) {
            assertThatThrownBy(() -> model.savePretrained(folder, PLAIN))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("There is no start of");
        }
    }
}
