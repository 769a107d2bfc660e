package io.github.peft4j.transformers.phi3;

import com.google.common.collect.ImmutableListMultimap;
import io.github.peft4j.transformers.family.FamilyContract;

class Phi3FamilyTest extends FamilyContract {

    @Override
    protected ImmutableListMultimap<String, String> outputs() {
        return ImmutableListMultimap.<String, String>builder()
                .putAll("phi3-causal", "forward", "left", "past")
                .build();
    }

    @Override
    protected ImmutableListMultimap<String, String> trained() {
        return ImmutableListMultimap.<String, String>builder()
                .put("decoders/phi3-long", "expected")
                .put("decoders/phi3-short", "expected")
                .put("decoders/phi3-seqcls", "expected")
                .put("decoders/phi3-tokcls", "expected")
                .build();
    }
}
