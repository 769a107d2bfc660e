package io.github.peft4j.transformers.gemma2;

import com.google.common.collect.ImmutableListMultimap;
import io.github.peft4j.transformers.family.FamilyContract;

class Gemma2FamilyTest extends FamilyContract {

    @Override
    protected ImmutableListMultimap<String, String> outputs() {
        return ImmutableListMultimap.<String, String>builder()
                .putAll("gemma2-causal", "forward", "left", "past")
                .build();
    }

    @Override
    protected ImmutableListMultimap<String, String> trained() {
        return ImmutableListMultimap.<String, String>builder()
                .put("decoders/gemma2-causal", "expected")
                .put("decoders/gemma2-seqcls", "expected")
                .put("decoders/gemma2-tokcls", "expected")
                .build();
    }
}
