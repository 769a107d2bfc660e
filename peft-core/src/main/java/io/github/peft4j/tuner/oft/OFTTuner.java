package io.github.peft4j.tuner.oft;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.config.Bias;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.target.DefaultTargets;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.LinearShape;
import io.github.peft4j.tuner.Tuner;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** OFT: puts a rotation at each matched linear layer, convolution or embedding. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class OFTTuner extends LayerTuner<OFTConfig> {

    private static final float SPREAD = 0.1f;

    /** For {@code ServiceLoader}. */
    public OFTTuner() {}

    @Override
    public PeftType type() {
        return OFTConfig.TYPE;
    }

    @Override
    public Class<OFTConfig> configType() {
        return OFTConfig.class;
    }

    @Override
    public OFTConfig parse(ConfigReader json) {
        OFTFiles.check(json);
        return OFTConfigBuilder.read(json);
    }

    @Override
    protected ImmutableSet<LayerKind> kinds() {
        return ImmutableSet.of(LayerKind.LINEAR, LayerKind.EMBEDDING, LayerKind.CONVOLUTION);
    }

    @Override
    protected DefaultTargets defaultTargets() {
        return DefaultTargets.LORA;
    }

    @Override
    protected Bias biasRule(OFTConfig config) {
        return config.bias().rule();
    }

    @Override
    protected LayerAdapters prepare(
            OFTConfig config, AdapterSet.Builder set, List<LayerSite> sites) {
        OFTFiles.refuseRetiredKeys(set);
        return site -> adapter(site, rotation(config, set.manager(), turned(site)));
    }

    private static Adapter adapter(LayerSite site, OFTRotation rotation) {
        return switch (site.kind()) {
            case CONVOLUTION -> new OFTConvolution(rotation, ConvolutionShape.of(site));
            case EMBEDDING -> new OFTEmbedding(rotation);
            default -> new OFTLinear(rotation);
        };
    }

    /** How many numbers a rotation of this layer turns. */
    private static long turned(LayerSite site) {
        return switch (site.kind()) {
            case CONVOLUTION -> patch(ConvolutionShape.of(site));
            case EMBEDDING -> site.requireWeight().getShape().get(1);
            default -> LinearShape.of(site).in();
        };
    }

    private static long patch(ConvolutionShape shape) {
        shape.requireSquareKernel(OFTConfig.TYPE);
        if (shape.form().dilation().get(0) > 1) {
            throw new IllegalArgumentException(
                    "Convolutions with dilation > 1, as "
                            + shape.path()
                            + " is, are not supported by OFT. Leave it out with"
                            + " optExcludeModules(\""
                            + shape.path()
                            + "\").");
        }
        return shape.in() * shape.kernel().get(0) * shape.kernel().get(1);
    }

    private static OFTRotation rotation(OFTConfig config, NDManager manager, long length) {
        long size = config.blocks().size(length);
        long count = config.rotation().blockShare() ? 1 : length / size;
        Shape shape = new Shape(count, size * (size - 1) / 2);
        NDArray start =
                config.initWeights()
                        ? manager.zeros(shape)
                        : manager.randomNormal(0, SPREAD, shape, DataType.FLOAT32);
        return new OFTRotation(trained("oft_R_weight", start), size, config.rotation());
    }

    @Override
    protected OFTConfig resolved(OFTConfig config, TargetModules targets, List<LayerSite> sites) {
        return config.toBuilder()
                .optTargets(targets)
                .optFanInFanOut(transposed(config.fanInFanOut(), sites))
                .build();
    }

    @Override
    protected ImmutableList<String> warnings(OFTConfig config, List<LayerSite> adapted) {
        Set<String> warnings = new LinkedHashSet<>();
        for (LayerSite site : adapted) {
            String adjustment = config.blocks().adjustment(turned(site));
            if (adjustment != null) {
                warnings.add(adjustment + ", at " + site.path() + " and layers of its size.");
            }
        }
        return ImmutableList.copyOf(warnings);
    }
}
