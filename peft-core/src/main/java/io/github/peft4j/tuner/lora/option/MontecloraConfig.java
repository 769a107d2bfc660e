package io.github.peft4j.tuner.lora.option;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.option.NestedOptions;
import io.github.peft4j.config.option.Option;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings of MonteCLoRA.
 *
 * @param numSamples how many noisy copies of A are averaged, positive
 * @param useEntropy whether the loss has the squared weights of the copies too
 * @param dirichletPrior concentration that the weights of the copies are drawn towards, positive
 * @param sampleScaler size of the noise
 * @param klLossWeight weight in the loss of the distance from the prior distributions
 * @param bufferSize how many draws PEFT makes at a time, positive; kept in files, not needed here
 */
public record MontecloraConfig(
        int numSamples,
        boolean useEntropy,
        double dirichletPrior,
        double sampleScaler,
        double klLossWeight,
        int bufferSize) {

    private static final String POSITIVE = "positive";

    private static final Option<Integer> NUM_SAMPLES =
            Option.integer("num_samples", 8).must(samples -> samples > 0, POSITIVE);
    private static final Option<Boolean> USE_ENTROPY = Option.flag("use_entropy", false);
    private static final Option<Number> DIRICHLET_PRIOR =
            Option.number("dirichlet_prior", 0.1).must(p -> p.doubleValue() > 0, POSITIVE);
    private static final Option<Number> SAMPLE_SCALER = Option.number("sample_scaler", 1e-4);
    private static final Option<Number> KL_LOSS_WEIGHT = Option.number("kl_loss_weight", 1e-5);
    private static final Option<Integer> BUFFER_SIZE =
            Option.integer("buffer_size", 150).must(size -> size > 0, POSITIVE);

    /** As they stand in the config of the adapter. */
    public static final Option<Map<String, @Nullable Object>> OPTION =
            NestedOptions.of(
                            "monteclora_config",
                            NUM_SAMPLES,
                            USE_ENTROPY,
                            DIRICHLET_PRIOR,
                            SAMPLE_SCALER,
                            KL_LOSS_WEIGHT,
                            BUFFER_SIZE)
                    .means(
                            "settings of MonteCLoRA, which trains with noise on A: `num_samples`,"
                                    + " `use_entropy`, `dirichlet_prior`, `sample_scaler`,"
                                    + " `kl_loss_weight`, `buffer_size`");

    /** PEFT's defaults. */
    public MontecloraConfig() {
        this(8, false, 0.1, 1e-4, 1e-5, 150);
    }

    /** Out of the values of {@link #OPTION}. */
    public static MontecloraConfig of(Map<String, @Nullable Object> values) {
        return new MontecloraConfig(
                Values.number(values, NUM_SAMPLES).intValue(),
                Values.flag(values, USE_ENTROPY),
                Values.number(values, DIRICHLET_PRIOR).doubleValue(),
                Values.number(values, SAMPLE_SCALER).doubleValue(),
                Values.number(values, KL_LOSS_WEIGHT).doubleValue(),
                Values.number(values, BUFFER_SIZE).intValue());
    }

    /** The values of {@link #OPTION}. */
    public Map<String, @Nullable Object> toMap() {
        return ImmutableMap.of(
                NUM_SAMPLES.key(), numSamples,
                USE_ENTROPY.key(), useEntropy,
                DIRICHLET_PRIOR.key(), dirichletPrior,
                SAMPLE_SCALER.key(), sampleScaler,
                KL_LOSS_WEIGHT.key(), klLossWeight,
                BUFFER_SIZE.key(), bufferSize);
    }
}
