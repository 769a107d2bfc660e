package io.github.peft4j.tuner;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.PeftConfig;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What a tuner made of a config on a model.
 *
 * @param config the config: targets resolved, saved modules filled in
 * @param set the adapter's parts; whoever receives it closes it
 * @param warnings what is odd but allowed, as PEFT warns about it
 * @param saving the config as it is saved at a moment: a method that prunes records what it kept
 * @param parts adapters that this one is made of, by the sub-folder in which each is saved
 */
public record CreatedAdapter<C extends PeftConfig>(
        C config,
        AdapterSet set,
        List<String> warnings,
        UnaryOperator<C> saving,
        Map<String, CreatedAdapter<?>> parts) {

    /** Copies the collections. */
    public CreatedAdapter {
        warnings = ImmutableList.copyOf(warnings);
        parts = ImmutableMap.copyOf(parts);
    }

    /** An adapter of one piece. */
    public CreatedAdapter(
            C config, AdapterSet set, List<String> warnings, UnaryOperator<C> saving) {
        this(config, set, warnings, saving, ImmutableMap.of());
    }

    /** An adapter of one piece whose config is saved as it is. */
    public CreatedAdapter(C config, AdapterSet set, List<String> warnings) {
        this(config, set, warnings, UnaryOperator.identity());
    }

    /** The same with one more warning. */
    public CreatedAdapter<C> warn(String warning) {
        ImmutableList<String> all =
                ImmutableList.<String>builder().addAll(warnings).add(warning).build();
        return new CreatedAdapter<>(config, set, all, saving, parts);
    }

    /** The config as it is saved now. */
    public C savedConfig() {
        return saving.apply(config);
    }
}
