package io.github.peft4j.tuner.lora.calibrate;

import ai.djl.nn.Block;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdaptableLayer;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.BlockModel;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.tuner.CreateRequest;
import io.github.peft4j.tuner.CreatedAdapter;
import io.github.peft4j.tuner.lora.InitLoraWeights;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.attach.LoraTuner;
import java.io.IOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes the starts of LoRA that data decide: {@code eva}, {@code corda} and {@code lora_ga}.
 *
 * <pre>{@code
 * LoraConfig config = LoraConfig.builder().optInitLoraWeights("eva").build();
 * LoraConfig ready = LoraCalibration.initializeLoraEvaWeights(base, config, batches);
 * PeftModel model = PeftModels.getPeftModel(base, ready);
 * }</pre>
 *
 * <p>Where Python calls {@code preprocess_corda} or {@code preprocess_loraga} before {@code
 * get_peft_model}, and {@code initialize_lora_eva_weights} after it, the calibration comes first
 * here, and what it has found travels in the config. The base does not change. Only linear layers
 * of this library are watched; embeddings and convolutions begin as PEFT begins them.
 *
 * <p>The batches are gone through several times: EVA until its components have settled, CorDA and
 * LoRA-GA once for each group of layers whose statistics have room in memory.
 */
public final class LoraCalibration {

    private static final Logger logger = LoggerFactory.getLogger(LoraCalibration.class);

    private static final long GIBIBYTE = 1L << 30;

    private static final ImmutableList<CalibratedStart> STARTS =
            ImmutableList.of(new EvaStart(), new CordaStart(), new LoraGaStart());

    private final BaseModel base;
    private final CalibrationListener listener;
    private final long maxBytes;

    private LoraCalibration(Builder builder) {
        base = builder.base;
        listener = builder.listener;
        maxBytes = builder.maxBytes;
    }

    /** Prepares calibrations of a base: a model of {@code Transformers.load}, or any DJL block. */
    public static Builder of(Block base) {
        return new Builder(base instanceof BaseModel model ? model : new BlockModel(base));
    }

    /** Whether a config names a start that data decide, and has not been calibrated. */
    public static boolean needs(LoraConfig config) {
        return config.initLoraWeights().custom() == null
                && STARTS.stream().anyMatch(start -> config.initLoraWeights().is(start.name()));
    }

    /**
     * EVA: A begins at the principal components of what goes into a layer, and the ranks go to the
     * layers whose components explain most. The config comes back with other ranks, alphas and
     * targets.
     *
     * @param batches inputs with their masks and, for causal models, their labels
     */
    public static LoraConfig initializeLoraEvaWeights(
            Block base, LoraConfig config, Iterable<ModelInput> batches) {
        return named("eva", base, config, batches);
    }

    /**
     * CorDA: the weight is decomposed as these texts see it.
     *
     * @param batches texts without padding, as padded places count in PEFT and here
     */
    public static LoraConfig preprocessCorda(
            Block base, LoraConfig config, Iterable<ModelInput> batches) {
        return named("corda", base, config, batches);
    }

    /**
     * LoRA-GA: A and B begin so that their first step is close to that of the whole weight.
     *
     * @param batches inputs with labels; the model must compute its loss
     */
    public static LoraConfig preprocessLoraga(
            Block base, LoraConfig config, Iterable<ModelInput> batches) {
        return named("lora_ga", base, config, batches);
    }

    private static LoraConfig named(
            String start, Block base, LoraConfig config, Iterable<ModelInput> batches) {
        Preconditions.checkArgument(
                config.initLoraWeights().is(start),
                "init_lora_weights is %s; this calibration is for %s. Set"
                        + " optInitLoraWeights(\"%s\").",
                config.initLoraWeights(),
                start,
                start);
        return of(base).build().calibrate(config, batches);
    }

    /**
     * Computes the start that the config names.
     *
     * @param batches may be gone through any number of times; their arrays stay open
     * @return the config with the start in it, for {@code getPeftModel} on this base
     * @throws IllegalArgumentException if the config names another start, or the data do not
     *     suffice
     */
    public LoraConfig calibrate(LoraConfig config, Iterable<ModelInput> batches) {
        CalibratedStart start =
                STARTS.stream()
                        .filter(known -> config.initLoraWeights().is(known.name()))
                        .findFirst()
                        .orElseThrow(() -> notCalibrated(config));
        return start.run(config, watched(config, batches));
    }

    private static IllegalArgumentException notCalibrated(LoraConfig config) {
        return new IllegalArgumentException(
                "init_lora_weights is "
                        + config.initLoraWeights()
                        + ", which needs no data. Those that do are "
                        + STARTS.stream().map(CalibratedStart::name).toList()
                        + ".");
    }

    /** Finds the layers as the tuner does, by an adapter that is thrown away. */
    private WatchedModel watched(LoraConfig config, Iterable<ModelInput> batches) {
        LoraConfig plain =
                config.toBuilder().optInitLoraWeights(InitLoraWeights.TRUE).build(warning -> {});
        ImmutableList.Builder<LayerSite> sites = ImmutableList.builder();
        ImmutableList.Builder<String> others = ImmutableList.builder();
        CreatedAdapter<LoraConfig> found =
                new LoraTuner()
                        .attach(
                                new CreateRequest<>(
                                        base,
                                        plain,
                                        ImmutableList.of(),
                                        ImmutableMap.of(),
                                        ImmutableMap.of(),
                                        folder -> {
                                            throw new IOException("No adapter is loaded here.");
                                        }));
        try {
            Map<String, ?> layers = found.set().layers();
            for (LayerSite site : base.sites()) {
                if (layers.containsKey(site.path())) {
                    if (site.kind().isLinear()) {
                        sites.add(requireOwn(site));
                    } else {
                        others.add(site.path());
                    }
                }
            }
        } finally {
            found.set().close();
        }
        return new WatchedModel(base, sites.build(), others.build(), batches, maxBytes, listener);
    }

    private static LayerSite requireOwn(LayerSite site) {
        if (site.block() instanceof AdaptableLayer) {
            return site;
        }
        throw new IllegalArgumentException(
                "Layer "
                        + site.path()
                        + " ("
                        + site.block().getClass().getName()
                        + ") does not show its input, and a calibration needs it. Use the layers of"
                        + " io.github.peft4j.nn, or a start without data, such as pissa.");
    }

    /** Says how calibrations are made. */
    public static final class Builder {

        private final BaseModel base;
        private CalibrationListener listener =
                (what, done, total) -> logger.debug("{}: {} of {}", what, done, total);
        private long maxBytes = GIBIBYTE;

        private Builder(BaseModel base) {
            this.base = base;
        }

        /** Is told how far it is. Default: a line of the log, at level debug. */
        public Builder optListener(CalibrationListener value) {
            listener = value;
            return this;
        }

        /**
         * How many bytes the covariances or gradients of the layers may take at a time; the batches
         * are run as often as it takes. At least one layer's must fit. Default 1 GiB.
         */
        public Builder optMaxBytes(long value) {
            Preconditions.checkArgument(
                    value > 0,
                    "maxBytes is %s; it must be positive, %s for example.",
                    value,
                    GIBIBYTE);
            maxBytes = value;
            return this;
        }

        /** The calibration. */
        public LoraCalibration build() {
            return new LoraCalibration(this);
        }
    }
}
