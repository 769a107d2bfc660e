package io.github.peft4j.config;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * A config and what was odd about its JSON.
 *
 * @param config the config
 * @param warnings what PEFT warns about too: keys that no version knows, options without effect;
 *     also logged
 */
public record LoadedConfig(PeftConfig config, List<String> warnings) {

    /** Copies the warnings. */
    public LoadedConfig {
        warnings = ImmutableList.copyOf(warnings);
    }
}
