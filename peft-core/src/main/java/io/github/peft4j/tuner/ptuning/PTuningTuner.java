package io.github.peft4j.tuner.ptuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.adapter.FileTensor;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.tuner.Tuner;
import io.github.peft4j.tuner.prompt.EncodedPrompt;
import io.github.peft4j.tuner.prompt.ModelDimensions;
import io.github.peft4j.tuner.prompt.PromptShape;
import io.github.peft4j.tuner.prompt.PromptSite;
import io.github.peft4j.tuner.prompt.PromptTensors;
import io.github.peft4j.tuner.prompt.PromptTuner;
import java.util.List;

/** P-tuning: puts what an encoder makes of a trained table in front of every text. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class PTuningTuner extends PromptTuner<PromptEncoderConfig> {

    /** For {@code ServiceLoader}. */
    public PTuningTuner() {}

    @Override
    public PeftType type() {
        return PromptEncoderConfig.TYPE;
    }

    @Override
    public Class<PromptEncoderConfig> configType() {
        return PromptEncoderConfig.class;
    }

    @Override
    public PromptEncoderConfig parse(ConfigReader json) {
        return PromptEncoderConfig.Builder.read(json);
    }

    @Override
    protected PromptEncoderConfig complete(
            PromptEncoderConfig config, ModelDimensions model, TaskType task) {
        PromptEncoderConfig filled = super.complete(config, model, task);
        Integer dim = filled.virtualTokens().tokenDim();
        return filled.encoderHiddenSize() == null && dim != null
                ? filled.toBuilder().optEncoderHiddenSize(dim).build()
                : filled;
    }

    @Override
    protected void addPrompt(PromptEncoderConfig config, PromptSite site, AdapterSet.Builder set) {
        PromptShape shape = site.shape();
        NDArray start = PromptTensors.normal(set.manager(), shape.rows(), shape.dim());
        if (config.inferenceMode()) {
            Parameter prompt = PromptTensors.trained(EncodedPrompt.KEY, start);
            set.optModelAdapter(
                    "",
                    before(
                            site,
                            ImmutableMap.of(EncodedPrompt.KEY, prompt),
                            (pass, input) -> pass.value(prompt)));
            set.addFileTensor(EncodedPrompt.KEY, FileTensor.required(prompt));
            return;
        }
        Parameter table = PromptTensors.trained("table", start);
        set.addUnsaved(EncodedPrompt.ENCODER + "embedding.weight", table);
        PromptEncoder encoder = encoder(config, shape, set);
        set.optModelAdapter(
                "", before(site, ImmutableMap.of(), (pass, input) -> encode(pass, encoder, table)));
        set.addFileTensor(
                EncodedPrompt.KEY,
                new EncodedPrompt(
                        new Shape(shape.rows(), shape.dim()),
                        pass -> encode(pass, encoder, table)));
    }

    private static NDArray encode(AdapterPass pass, PromptEncoder encoder, Parameter table) {
        return encoder.encode(pass, pass.value(table));
    }

    private static PromptEncoder encoder(
            PromptEncoderConfig config, PromptShape shape, AdapterSet.Builder set) {
        Integer given = config.encoderHiddenSize();
        int hidden = given == null ? shape.dim() : given;
        return config.encoderReparameterizationType().equals(PromptEncoderConfig.LSTM)
                ? LstmEncoder.add(
                        set,
                        shape.dim(),
                        hidden,
                        config.encoderNumLayers(),
                        config.encoderDropout())
                : MlpEncoder.add(set, shape.dim(), hidden);
    }

    @Override
    protected List<String> warnings(PromptEncoderConfig config) {
        boolean ignored =
                !config.inferenceMode()
                        && config.encoderReparameterizationType().equals(PromptEncoderConfig.MLP)
                        && config.encoderNumLayers() != PromptEncoderConfig.DEFAULT_LAYERS;
        return ignored
                ? ImmutableList.of(
                        "encoder_num_layers "
                                + config.encoderNumLayers()
                                + " is ignored: with encoder_reparameterization_type MLP the"
                                + " encoder always has three linear layers. Use LSTM, or leave it"
                                + " out.")
                : ImmutableList.of();
    }
}
