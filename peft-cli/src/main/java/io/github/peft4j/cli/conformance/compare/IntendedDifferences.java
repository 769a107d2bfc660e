package io.github.peft4j.cli.conformance.compare;

import com.google.common.collect.ImmutableList;
import java.util.regex.Pattern;

/**
 * Where Python PEFT fails by accident, or warns of what cannot happen here, and this library does
 * what PEFT's documentation promises; each has its row in
 * docs/decisions/0001-differences-from-peft.md.
 */
public final class IntendedDifferences {

    private static final ImmutableList<Pattern> ACCIDENTS =
            ImmutableList.of(
                    // disable_adapter() of a prompt method on a model that does not generate
                    Pattern.compile("cannot access local variable 'old_prepare_inputs_for_\\w+'"),
                    // labels of tokens that have no room for virtual tokens
                    Pattern.compile("Expected input batch_size \\(\\d+\\) to match target"),
                    // merging where a head of several layers is saved whole
                    Pattern.compile("'\\w+ClassificationHead' object has no attribute 'weight'"),
                    // here a first wrap changes nothing that a second could meet
                    Pattern.compile("You are trying to modify a model with PEFT for a second time"),
                    Pattern.compile("Already found a `peft_config` attribute in the model"),
                    // rows of several adapters train as they predict
                    Pattern.compile("Cannot pass `adapter_names` when the model is in training"),
                    // DistilBERT's config calls it dim
                    Pattern.compile("Please specify `token_dim` in `peft_config`"));

    private IntendedDifferences() {}

    /** Whether what Python says here may be answered by doing what was asked for. */
    public static boolean contain(String pythonsWords) {
        return ACCIDENTS.stream().anyMatch(accident -> accident.matcher(pythonsWords).find());
    }
}
