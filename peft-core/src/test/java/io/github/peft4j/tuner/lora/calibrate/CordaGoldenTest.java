package io.github.peft4j.tuner.lora.calibrate;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.testkit.PythonStarts;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CorDA of two texts of different lengths; by starts/make.py. */
class CordaGoldenTest {

    private final PythonStarts python = new PythonStarts();

    @AfterEach
    void close() {
        python.close();
    }

    /** A and B by themselves: their product would not tell how the covariance is divided. */
    @ParameterizedTest
    @ValueSource(strings = {"ipm", "kpm"})
    void startsAsPythonDoes(String method) {
        LoraConfig config =
                LoraConfig.builder()
                        .optR(2)
                        .optLoraAlpha(3)
                        .optTargetModules("first", "second")
                        .optInitLoraWeights("corda")
                        .optCordaConfig(Map.of("corda_method", method))
                        .build();
        LoraConfig ready = LoraCalibration.preprocessCorda(python, config, python.inputs("text"));

        try (PeftModel model = PeftModels.getPeftModel(python, ready)) {
            python.assertPair(model, "corda." + method, "first");
            python.assertPair(model, "corda." + method, "second");
        }
    }
}
