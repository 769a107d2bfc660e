package io.github.peft4j.internal.create;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.Bias;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.internal.text.Text;
import io.github.peft4j.tuner.AdapterSource;
import io.github.peft4j.tuner.CreateRequest;
import io.github.peft4j.tuner.CreatedAdapter;
import io.github.peft4j.tuner.Tuner;
import io.github.peft4j.tuner.Tuners;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds an adapter from any config: completes the config, and asks the tuner of its method. */
public final class AdapterFactory {

    private static final Logger logger = LoggerFactory.getLogger(AdapterFactory.class);

    private AdapterFactory() {}

    /**
     * The adapter of a config on a base; its warnings are logged. Its tensors have no values yet:
     * the caller brings those of a file, if there is one, and then initializes the set.
     *
     * @param others the model's other adapters, by name
     * @param sets the parts of those
     * @param parts loads adapters that this one is made of
     */
    public static CreatedAdapter<?> create(
            BaseModel base,
            PeftConfig config,
            String name,
            ImmutableMap<String, PeftConfig> others,
            ImmutableMap<String, AdapterSet> sets,
            AdapterSource parts) {
        CreatedAdapter<?> created =
                withNameWarning(
                        attach(
                                Tuners.require(config.peftType()),
                                base,
                                config,
                                others,
                                sets,
                                parts),
                        name);
        for (String warning : created.warnings()) {
            logger.warn(Text.message(warning));
        }
        return created;
    }

    /** Whether a config asks for training of the base's biases. */
    public static boolean trainsBias(PeftConfig config) {
        return config instanceof LayerConfig layers && layers.bias() != Bias.NONE;
    }

    /** PEFT looks for the adapter's name in its keys, and finds it in the method's own prefix. */
    private static <C extends PeftConfig> CreatedAdapter<C> withNameWarning(
            CreatedAdapter<C> created, String name) {
        for (Adapter adapter : created.set().layers().values()) {
            for (String suffix : adapter.parameters().keySet()) {
                String prefix = suffix.substring(0, suffix.indexOf('_') + 1);
                if (prefix.contains(name)) {
                    return created.warn(
                            "Adapter name '"
                                    + name
                                    + "' is part of '"
                                    + prefix
                                    + "', with which this method's tensors begin: Python PEFT may"
                                    + " leave their start values when it loads them. Choose another"
                                    + " name.");
                }
            }
        }
        return created;
    }

    private static <C extends PeftConfig> CreatedAdapter<C> attach(
            Tuner<C> tuner,
            BaseModel base,
            PeftConfig config,
            ImmutableMap<String, PeftConfig> others,
            ImmutableMap<String, AdapterSet> sets,
            AdapterSource parts) {
        ConfigCompletion complete = ConfigCompletion.of(config, base.info());
        ImmutableMap.Builder<String, C> same = ImmutableMap.builder();
        others.forEach(
                (name, other) -> {
                    if (other.peftType().equals(config.peftType())) {
                        same.put(name, tuner.configType().configClass().cast(other));
                    }
                });
        ImmutableMap<String, C> configs = same.buildOrThrow();
        return tuner.attach(
                new CreateRequest<>(
                        base,
                        tuner.configType().configClass().cast(complete.config()),
                        complete.lateHeads(),
                        configs,
                        ImmutableMap.copyOf(Maps.filterKeys(sets, configs::containsKey)),
                        parts));
    }
}
