package io.github.peft4j.transformers.opt;

import com.google.common.collect.ImmutableListMultimap;
import io.github.peft4j.transformers.family.FamilyContract;

class OptFamilyTest extends FamilyContract {

    @Override
    protected ImmutableListMultimap<String, String> outputs() {
        return ImmutableListMultimap.<String, String>builder()
                .putAll("opt-causal", "forward", "left", "past")
                .build();
    }

    @Override
    protected ImmutableListMultimap<String, String> trained() {
        return ImmutableListMultimap.<String, String>builder()
                .put("decoders/opt-seqcls", "expected")
                .put("decoders/opt-qa", "expected")
                .build();
    }
}
