package io.github.peft4j.internal.runtime;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.FreshParameters;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.internal.create.AdapterFactory;
import io.github.peft4j.internal.create.TaskCheck;
import io.github.peft4j.internal.text.Text;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.tuner.AdapterSource;
import io.github.peft4j.tuner.CreatedAdapter;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes adapters for a model that has others; none is part of it yet.
 *
 * @param parts loads adapters that others are made of
 * @param mixed whether they may be of several methods
 */
record NewAdapters(BaseModel base, AdapterSource parts, boolean mixed) {

    private static final Logger logger = LoggerFactory.getLogger(NewAdapters.class);

    /** An adapter whose tensors have no values before {@link AdapterSet#initialize}. */
    CreatedAdapter<?> attach(AdapterInventory others, String name, PeftConfig config) {
        others.checkFree(name);
        TaskCheck.require(config, base.info());
        if (!mixed) {
            others.checkMethod(name, config);
        }
        others.checkBias(config);
        CreatedAdapter<?> made =
                AdapterFactory.create(base, config, name, others.configs(), others.sets(), parts);
        if (mixed) {
            requireLayersOnly(name, made);
        }
        return made;
    }

    /** What acts around the whole model, or takes its modules' place, does not mix. */
    private static void requireLayersOnly(String name, CreatedAdapter<?> made) {
        AdapterSet set = made.set();
        if (set.modelAdapter().isPresent() || set.isExclusive() || set.method().isEmpty()) {
            set.close();
            throw new IllegalArgumentException(
                    "Adapter '"
                            + name
                            + "' of method "
                            + made.config().peftType()
                            + (set.isExclusive()
                                    ? " takes the place of whole modules"
                                    : " acts around the whole model")
                            + ", so it cannot be one of several methods in a model: those change"
                            + " layers, each on top of the others. Give it a PeftModel of its own"
                            + " over the same base, which is shared, not copied.");
        }
    }

    /** An adapter with start values. */
    AdapterInventory.Entry fresh(AdapterInventory others, String name, PeftConfig config) {
        CreatedAdapter<?> made = attach(others, name, config);
        initialize(made);
        return AdapterInventory.Entry.of(made, LoadReport.ofNew(warnings(made)));
    }

    /** An adapter with the values of another one. */
    AdapterInventory.Entry copy(AdapterInventory others, String from, String name) {
        AdapterInventory.Entry source = others.entry(from);
        CreatedAdapter<?> made = attach(others, name, source.config());
        made.set().initializeFrom(source.set());
        initialize(made);
        return new AdapterInventory.Entry(
                made, source.storedTypes(), LoadReport.ofNew(made.warnings()), source.passport());
    }

    private static void initialize(CreatedAdapter<?> made) {
        try {
            made.set().initialize();
        } catch (RuntimeException e) {
            made.set().close();
            throw e;
        }
    }

    private List<String> warnings(CreatedAdapter<?> made) {
        List<String> random = FreshParameters.frozen(base.freshParameters(), made.set());
        if (random.isEmpty() || made.config().taskType().isPresent()) {
            return made.warnings();
        }
        String warning =
                "The config has no task_type, and the base's head starts fresh and stays frozen, so"
                        + " it is random: %s. %s"
                                .formatted(Text.of(random), FreshParameters.cure(random));
        logger.warn(Text.message(warning));
        return ImmutableList.<String>builder().addAll(made.warnings()).add(warning).build();
    }
}
