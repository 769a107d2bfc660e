package io.github.peft4j.tuner.oft;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.config.option.ConfigReader;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.LinearShape;
import io.github.peft4j.tuner.NewLayer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** OFT: puts a rotation at each matched linear layer, convolution or embedding. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class OFTTuner extends LayerTuner<OFTConfig> {

    private static final double SPREAD = 0.1;

    /** For {@code ServiceLoader}. */
    public OFTTuner() {
        super(
                OFTConfig.TYPE,
                DefaultTargets.LORA,
                LayerKind.LINEAR,
                LayerKind.EMBEDDING,
                LayerKind.CONVOLUTION);
    }

    @Override
    public OFTConfig parse(ConfigReader json) {
        OFTFiles.check(json);
        return super.parse(json);
    }

    @Override
    protected LayerAdapters prepare(
            OFTConfig config, AdapterSetBuilder set, List<LayerSite> sites) {
        OFTFiles.refuseRetiredKeys(set);
        return super.prepare(config, set, sites);
    }

    @Override
    protected Adapter adapter(OFTConfig config, NewLayer layer) {
        long length = turned(layer.site());
        long size = config.blocks().size(length);
        long count = config.blockShare() ? 1 : length / size;
        long triangle = size * (size - 1) / 2;
        InitialValue start =
                config.initWeights()
                        ? layer.zeros(count, triangle)
                        : layer.normal(SPREAD, count, triangle);
        OFTRotation rotation = new OFTRotation(layer.trained("oft_R_weight", start), size, config);
        return switch (layer.kind()) {
            case CONVOLUTION -> new OFTConvolution(rotation, layer.convolution());
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
        shape.requireSquareKernel(OFTConfig.TYPE.peftType());
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

    @Override
    public List<List<String>> factors(OFTConfig config) {
        return ImmutableList.of(
                ImmutableList.of("oft_R.weight"), ImmutableList.of("oft_embedding_R.weight"));
    }
}
