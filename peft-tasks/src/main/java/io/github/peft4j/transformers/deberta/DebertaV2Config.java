package io.github.peft4j.transformers.deberta;

import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.ConvolutionSpec;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.encoder.EncoderConfig;
import io.github.peft4j.transformers.encoder.EncoderSpec;

/**
 * Sizes of a DeBERTa, from config.json.
 *
 * @param sizes what it shares with other encoders
 * @param embeddingSize features of an embedding; a projection to H follows where it is not H
 * @param absolutePositions whether embeddings of positions are added ({@code
 *     position_biased_input})
 * @param relative how distances count
 * @param convolutionWidth neighbours that a convolution beside the first layer mixes; 0 for none
 * @param convolutionGroups parts into which its features split
 * @param convolutionActivation after it
 */
record DebertaV2Config(
        EncoderConfig sizes,
        int embeddingSize,
        boolean absolutePositions,
        RelativeSpec relative,
        int convolutionWidth,
        int convolutionGroups,
        ActivationFunction convolutionActivation) {

    private static final EncoderConfig DEFAULTS =
            new EncoderConfig(
                    128100,
                    512,
                    0,
                    0,
                    new EncoderSpec(24, 1536, 24, 6144, ActivationFunction.GELU, 1e-7, 0.1, 0.1),
                    0.02);

    /**
     * How the convolution moves: as many outputs as inputs.
     *
     * @throws IllegalArgumentException if its width is even, so that there is no such padding
     */
    ConvolutionSpec convolutionForm() {
        if (convolutionWidth % 2 == 0) {
            throw new IllegalArgumentException(
                    "The width of the convolution is "
                            + convolutionWidth
                            + "; it must be odd. Correct conv_kernel_size in config.json.");
        }
        return ConvolutionSpec.plain(1)
                .withPadding(convolutionWidth / 2)
                .withGroups(convolutionGroups);
    }

    /** Reads the sizes; absent keys take DeBERTa's defaults. */
    static DebertaV2Config from(PretrainedConfig config) {
        EncoderConfig sizes = EncoderConfig.from(config, DEFAULTS);
        return new DebertaV2Config(
                sizes,
                config.positive("embedding_size", sizes.form().hiddenSize()),
                config.flag("position_biased_input", true),
                RelativeSpec.from(config, sizes.maxPositions()),
                config.integer("conv_kernel_size", 0),
                config.positive("conv_groups", 1),
                config.activation("conv_act", "tanh"));
    }
}
