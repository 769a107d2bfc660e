package io.github.peft4j.tuner.ptuning;

import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.prompt.EncodedPrompt;
import io.github.peft4j.tuner.prompt.NewPrompt;
import io.github.peft4j.tuner.prompt.PromptRows;
import io.github.peft4j.tuner.prompt.PromptTuner;
import java.util.List;

/** P-tuning: puts what an encoder makes of a trained table in front of every text. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class PTuningTuner extends PromptTuner<PromptEncoderConfig> {

    /** For {@code ServiceLoader}. */
    public PTuningTuner() {
        super(PromptEncoderConfig.TYPE);
    }

    @Override
    protected PromptRows rows(PromptEncoderConfig config, NewPrompt prompt) {
        InitialValue start = prompt.normal(prompt.shape().rows(), prompt.shape().dim());
        if (config.inferenceMode()) {
            return prompt.table(start);
        }
        Parameter table = prompt.encoder("embedding.weight", start);
        PromptEncoder encoder =
                switch (config.encoderReparameterizationType()) {
                    case MLP -> MlpEncoder.add(config, prompt);
                    case LSTM -> LstmEncoder.add(config, prompt);
                };
        return new EncodedPrompt(start.shape(), pass -> encoder.encode(pass, pass.value(table)));
    }

    @Override
    protected List<String> warnings(PromptEncoderConfig config) {
        return config.inferenceMode() || !config.ignoresLayers()
                ? ImmutableList.of()
                : ImmutableList.of(
                        "encoder_num_layers "
                                + config.encoderNumLayers()
                                + " is ignored: with encoder_reparameterization_type MLP the"
                                + " encoder always has three linear layers. Use LSTM, or leave it"
                                + " out.");
    }
}
