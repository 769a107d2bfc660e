package io.github.peft4j.examples.conformance;

import com.google.common.collect.ImmutableSet;

/**
 * Where Python PEFT fails by accident and this library does what PEFT's documentation promises;
 * each has its row in docs/decisions/0001-differences-from-peft.md.
 */
final class IntendedDifferences {

    private static final ImmutableSet<String> ACCIDENTS =
            ImmutableSet.of(
                    // disable_adapter() of a prompt method on a model that does not generate
                    "cannot access local variable 'old_prepare_inputs_for_generation'",
                    // labels of tokens that have no room for virtual tokens
                    "Expected input batch_size (27) to match target batch_size (21)",
                    // merging where a head of several layers is saved whole
                    "'RobertaClassificationHead' object has no attribute 'weight'",
                    // DistilBERT's config calls it dim
                    "Please specify `token_dim` in `peft_config`");

    private IntendedDifferences() {}

    /** Whether what Python says here may be answered by doing what was asked for. */
    static boolean contain(String pythonsWords) {
        return ACCIDENTS.stream().anyMatch(pythonsWords::contains);
    }
}
