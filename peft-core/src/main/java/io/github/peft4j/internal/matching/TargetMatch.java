package io.github.peft4j.internal.matching;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.matching.TargetModules;
import java.util.List;

/**
 * What a config selects in a model.
 *
 * @param adapted paths of the layers to adapt, in the model's order
 * @param saved paths of the modules to train and save whole, in the model's order; one may lie
 *     within another
 * @param targets the options with the targets that the adapter's file names: {@code all-linear}
 *     spelled out, long lists condensed
 * @param warnings options without effect, as PEFT warns about them
 */
public record TargetMatch(
        List<String> adapted, List<String> saved, TargetModules targets, List<String> warnings) {

    /** Copies the lists. */
    public TargetMatch {
        adapted = ImmutableList.copyOf(adapted);
        saved = ImmutableList.copyOf(saved);
        warnings = ImmutableList.copyOf(warnings);
    }
}
