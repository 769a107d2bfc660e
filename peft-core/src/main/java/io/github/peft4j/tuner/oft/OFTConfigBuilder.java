package io.github.peft4j.tuner.oft;

import io.github.peft4j.config.BiasOption;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.TargetedConfigBuilder;
import io.github.peft4j.json.JsonType;

/** Builds an {@link OFTConfig}; every option has PEFT's default. */
public final class OFTConfigBuilder extends TargetedConfigBuilder<OFTConfigBuilder> {

    private int r = OFTBlocks.DEFAULT.r();
    private int oftBlockSize = OFTBlocks.DEFAULT.oftBlockSize();
    private boolean coft;
    private Number eps = OFTRotationOptions.DEFAULT.eps();
    private boolean blockShare;
    private boolean useCayleyNeumann = true;
    private int numCayleyNeumannTerms = OFTRotationOptions.DEFAULT.numCayleyNeumannTerms();
    private Number moduleDropout = 0.0;
    private boolean fanInFanOut;
    private BiasOption bias = BiasOption.NONE;
    private boolean initWeights = true;

    OFTConfigBuilder() {}

    @Override
    protected OFTConfigBuilder self() {
        return this;
    }

    static OFTConfig read(ConfigReader json) {
        return new OFTConfigBuilder().overlay(json).build();
    }

    @Override
    protected OFTConfigBuilder overlay(ConfigReader json) {
        json.read("r", JsonType.INTEGER, this::optR);
        json.read("oft_block_size", JsonType.INTEGER, this::optOftBlockSize);
        json.read("coft", JsonType.FLAG, this::optCoft);
        json.read("eps", JsonType.NUMBER, this::eps);
        json.read("block_share", JsonType.FLAG, this::optBlockShare);
        json.read("use_cayley_neumann", JsonType.FLAG, this::optUseCayleyNeumann);
        json.read("num_cayley_neumann_terms", JsonType.INTEGER, this::optNumCayleyNeumannTerms);
        json.read("module_dropout", JsonType.NUMBER, this::dropout);
        json.read("fan_in_fan_out", JsonType.FLAG, this::optFanInFanOut);
        json.read("bias", JsonType.STRING, name -> optBias(BiasOption.of(OFTConfig.TYPE, name)));
        json.read("init_weights", JsonType.FLAG, this::optInitWeights);
        return super.overlay(json);
    }

    OFTConfigBuilder blocks(OFTBlocks value) {
        return optR(value.r()).optOftBlockSize(value.oftBlockSize());
    }

    OFTConfigBuilder dropout(Number value) {
        moduleDropout = value;
        return this;
    }

    private OFTConfigBuilder eps(Number value) {
        eps = value;
        return this;
    }

    /** Number of blocks; 0 where their size is given instead. Default 0. */
    public OFTConfigBuilder optR(int value) {
        r = value;
        return this;
    }

    /** Features of a block; 0 where the number of blocks is given instead. Default 32. */
    public OFTConfigBuilder optOftBlockSize(int value) {
        oftBlockSize = value;
        return this;
    }

    /** How a block's rotation is made, all options at once. */
    public OFTConfigBuilder optRotation(OFTRotationOptions value) {
        return optCoft(value.coft())
                .eps(value.eps())
                .optBlockShare(value.blockShare())
                .optUseCayleyNeumann(value.useCayleyNeumann())
                .optNumCayleyNeumannTerms(value.numCayleyNeumannTerms());
    }

    /** Whether blocks are kept short (constrained OFT). Default false. */
    public OFTConfigBuilder optCoft(boolean value) {
        coft = value;
        return this;
    }

    /** With coft, how long the blocks of a layer may be together. Default 6e-5. */
    public OFTConfigBuilder optEps(double value) {
        return eps(value);
    }

    /** Whether all blocks of a layer turn alike. Default false. */
    public OFTConfigBuilder optBlockShare(boolean value) {
        blockShare = value;
        return this;
    }

    /** Whether the rotation is a series that is cut off; if not, it is exact. Default true. */
    public OFTConfigBuilder optUseCayleyNeumann(boolean value) {
        useCayleyNeumann = value;
        return this;
    }

    /** Summands of the series. Default 5. */
    public OFTConfigBuilder optNumCayleyNeumannTerms(int value) {
        numCayleyNeumannTerms = value;
        return this;
    }

    /** Kept for files; it has no effect, as in PEFT. Default 0. */
    public OFTConfigBuilder optModuleDropout(double value) {
        return dropout(value);
    }

    /** Whether the base weight is stored as [in, out]; corrected by the layers. */
    public OFTConfigBuilder optFanInFanOut(boolean value) {
        fanInFanOut = value;
        return this;
    }

    /** Which biases of the base are trained along. Default none. */
    public OFTConfigBuilder optBias(BiasOption value) {
        bias = value;
        return this;
    }

    /** Whether the adapter starts as the identity; if not, near it. Default true. */
    public OFTConfigBuilder optInitWeights(boolean value) {
        initWeights = value;
        return this;
    }

    /**
     * Builds the config.
     *
     * @throws IllegalArgumentException if an option is wrong
     */
    public OFTConfig build() {
        return new OFTConfig(
                common(),
                targets(),
                new OFTBlocks(r, oftBlockSize),
                new OFTRotationOptions(
                        coft, eps, blockShare, useCayleyNeumann, numCayleyNeumannTerms),
                moduleDropout,
                fanInFanOut,
                bias,
                initWeights);
    }
}
