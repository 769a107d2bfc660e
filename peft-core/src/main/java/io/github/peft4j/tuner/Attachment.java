package io.github.peft4j.tuner;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftConfig;
import io.github.peft4j.adapter.AdapterSet;

/**
 * What a tuner made of a config on a model.
 *
 * @param config the config as it will be saved: targets resolved, saved modules filled in
 * @param set the adapter's parts; whoever receives it closes it
 * @param warnings what is odd but allowed, as PEFT warns about it
 */
public record Attachment<C extends PeftConfig>(
        C config, AdapterSet set, ImmutableList<String> warnings) {

    /** The same with one more warning. */
    public Attachment<C> warn(String warning) {
        ImmutableList<String> all =
                ImmutableList.<String>builder().addAll(warnings).add(warning).build();
        return new Attachment<>(config, set, all);
    }
}
